import { tableFromArrays, tableToIPC } from "apache-arrow";
import assert from "node:assert/strict";
import { shardSchema } from "./_shard_schema.ts";
import { sha256 } from "./_sha256.ts";
import { tinySource } from "./_tiny_source.ts";
import { withTempFolder } from "./_with_temp_folder.ts";
import { checkShards } from "./check_shards.ts";
import { readShards } from "./read_shards.ts";
import { type ShardCheck, ShardError } from "./shard_error.ts";
import { writeShards } from "./write_shards.ts";

Deno.test("readShards() returns what writeShards() was given", () =>
  withTempFolder(async (folder) => {
    const { splits } = tinySource();
    const { mean, std } = await writeShards(folder, tinySource());
    const { images, labels, ...facts } = await readShards(folder, "test");
    assert.deepEqual(images, splits.test.images);
    assert.deepEqual(labels, Int32Array.of(1, 0));
    assert.deepEqual(facts, {
      name: "tiny",
      height: 2,
      width: 3,
      channels: 1,
      numClasses: 2,
      classNames: ["even", "odd"],
      size: 2,
      mean, // of the training split
      std,
      contentHash: sha256(splits.test.images, splits.test.labels),
    });
  }));

type Damage = {
  readonly what: string;
  readonly file: string;
  readonly check: ShardCheck;
  readonly seen: "by checkShards()" | "by readShards() only";
  readonly damage: (folder: string) => Promise<void>;
};
const SHARD = "train-00000.arrow";
const damages: readonly Damage[] = [
  {
    what: "a missing manifest",
    file: "manifest.json",
    check: "exists",
    seen: "by checkShards()",
    damage: (folder) => Deno.remove(`${folder}/manifest.json`),
  },
  {
    what: "a truncated manifest",
    file: "manifest.json",
    check: "manifest",
    seen: "by checkShards()",
    damage: (folder) => Deno.truncate(`${folder}/manifest.json`, 100),
  },
  {
    what: "a manifest of another format",
    file: "manifest.json",
    check: "manifest",
    seen: "by checkShards()",
    damage: (folder) => editText(`${folder}/manifest.json`, '"format": 1', '"format": 2'),
  },
  {
    what: "a manifest that leads out of its folder",
    file: "manifest.json",
    check: "manifest",
    seen: "by checkShards()",
    damage: (folder) => editText(`${folder}/manifest.json`, SHARD, `../${SHARD}`),
  },
  {
    what: "a manifest whose rows do not add up",
    file: "manifest.json",
    check: "manifest",
    seen: "by checkShards()",
    damage: (folder) => editText(`${folder}/manifest.json`, '"rows": 6', '"rows": 5'),
  },
  {
    what: "a missing shard",
    file: SHARD,
    check: "exists",
    seen: "by checkShards()",
    damage: (folder) => Deno.remove(`${folder}/${SHARD}`),
  },
  {
    what: "a truncated shard",
    file: SHARD,
    check: "size",
    seen: "by checkShards()",
    damage: async (folder) =>
      Deno.truncate(`${folder}/${SHARD}`, (await Deno.stat(`${folder}/${SHARD}`)).size - 1),
  },
  {
    what: "a shard with one bit changed",
    file: SHARD,
    check: "sha256",
    seen: "by readShards() only",
    damage: async (folder) => {
      const bytes = await Deno.readFile(`${folder}/${SHARD}`);
      bytes[bytes.length >> 1]! ^= 1;
      await Deno.writeFile(`${folder}/${SHARD}`, bytes);
    },
  },
  {
    what: "a shard with other columns",
    file: SHARD,
    check: "schema",
    seen: "by readShards() only",
    damage: (folder) =>
      replaceShard(folder, tableToIPC(tableFromArrays({ pixels: Uint8Array.of(1, 2) }), "file")),
  },
  {
    what: "a shard of another image size",
    file: SHARD,
    check: "schema",
    seen: "by readShards() only",
    damage: (folder) => editText(`${folder}/manifest.json`, '"width": 3', '"width": 4'),
  },
  {
    what: "a shard that is no Arrow file",
    file: SHARD,
    check: "schema",
    seen: "by readShards() only",
    damage: (folder) => replaceShard(folder, new TextEncoder().encode("image,label\n")),
  },
  {
    what: "a shard with fewer rows",
    file: SHARD,
    check: "rows",
    seen: "by readShards() only",
    damage: async (folder) => replaceShard(folder, await Deno.readFile(`${folder}/test-00000.arrow`)),
  },
  {
    what: "a label without a class",
    file: SHARD,
    check: "labels",
    seen: "by readShards() only",
    damage: async (folder) => {
      const bytes = await Deno.readFile(`${folder}/${SHARD}`);
      const labels = [0, 1, 0, 1, 0, 1]; // as in tinySource()
      const start = bytes.findIndex((_, i) => labels.every((label, j) => bytes[i + j] === label));
      bytes[start] = 2;
      await replaceShard(folder, bytes);
    },
  },
];

for (const { what, file, check, seen, damage } of damages) {
  Deno.test(`readShards() tells ${what}: check "${check}"`, () =>
    withTempFolder(async (folder) => {
      await writeShards(folder, tinySource());
      await damage(folder);
      const tells = (error: unknown): boolean => {
        assert(error instanceof ShardError);
        assert.equal(error.file, `${folder}/${file}`);
        assert.equal(error.check, check);
        assert(error.message.includes(error.file) && error.message.includes("deno task data"));
        return true;
      };
      await assert.rejects(readShards(folder, "train"), tells);
      if (seen === "by checkShards()") await assert.rejects(checkShards(folder), tells);
      else await checkShards(folder);
    }));
}

Deno.test("shards carry what a reader without the manifest needs", () => {
  const { metadata, fields } = shardSchema(tinySource());
  assert.deepEqual(fields.map(String), ["image: FixedSizeBinary[6]", "label: Uint8"]);
  assert.deepEqual(Object.fromEntries(metadata), {
    name: "tiny",
    height: "2",
    width: "3",
    channels: "1",
    classes: '["even","odd"]',
    source: "counting in threes",
    licence: "MIT",
  });
});

async function editText(file: string, from: string, to: string): Promise<void> {
  await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(from, to));
}

/** Other bytes for the first training shard, vouched for by the manifest. */
async function replaceShard(folder: string, bytes: Uint8Array): Promise<void> {
  const file = `${folder}/manifest.json`;
  const manifest = JSON.parse(await Deno.readTextFile(file));
  Object.assign(manifest.splits.train.shards[0], { bytes: bytes.length, sha256: sha256(bytes) });
  await Deno.writeTextFile(file, JSON.stringify(manifest));
  await Deno.writeFile(`${folder}/${SHARD}`, bytes);
}
