import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { ShardError } from "../shard_error.ts";
import { everyKindSource } from "./_test_source.ts";
import type { ByteSource } from "./byte_source.ts";
import { readManifest } from "./read_manifest.ts";
import { writeShards } from "./write_shards.ts";

/** For tests: a text as a file. */
function textSource(text: string): ByteSource {
  return bytesSource(new TextEncoder().encode(text));
}

function bytesSource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name: "here/manifest.json",
    size: () => Promise.resolve(bytes.length),
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}

type Edit = (manifest: {
  [key: string]: unknown;
  columns: Record<string, unknown>[];
  splits: Record<string, {
    [key: string]: unknown;
    statistics: Record<string, unknown>;
    shards: { [key: string]: unknown; blocks: unknown[][] }[];
  }>;
}) => void;

const lies: Record<string, readonly [edit: Edit, says: RegExp]> = {
  "an older format": [(m) => m["format"] = 1, /an older version .* wrote format 1, this one reads 2/],
  "a newer format": [(m) => m["format"] = 3, /a newer version .* wrote format 3/],
  "a format that is none": [(m) => m["format"] = "2", /format: /],
  "no name": [(m) => delete m["name"], /name/],
  "a field that there is not": [(m) => m["rows"] = 1, /rows/],
  "no columns": [(m) => m.columns = [], /columns/],
  "a column of an unknown kind": [(m) => m.columns[0]!["kind"] = "picture", /columns\.0\.kind/],
  "an image without a height": [(m) => m.columns[0]!["shape"] = [0, 3, 1], /columns\.0\.shape\.0/],
  "two columns of a name": [(m) => m.columns[0]!["name"] = "label", /two of them are called "label"/],
  "a packing that there is not": [(m) => m["compression"] = "lz4", /compression/],
  "blocks of half a row": [(m) => m["rowsPerBlock"] = 0.5, /rowsPerBlock/],
  "negative rows": [(m) => m.splits["train"]!["rows"] = -23, /splits\.train\.rows/],
  "more rows than its shards": [(m) => m.splits["train"]!["rows"] = 24, /it says 24, but its shards have 23/],
  "a split that is a path": [(m) => m.splits["../train"] = m.splits["train"]!, /letters, digits/],
  "a shard in the folder above": [
    (m) => m.splits["train"]!.shards[0]!["file"] = "../train-00000.arrow",
    /plain name/,
  ],
  "a shard in a folder below": [(m) => m.splits["train"]!.shards[0]!["file"] = "a/b.arrow", /plain name/],
  "a shard of an absolute name": [
    (m) => m.splits["train"]!.shards[0]!["file"] = "/etc/b.arrow",
    /plain name/,
  ],
  "a shard that is no shard": [(m) => m.splits["train"]!.shards[0]!["file"] = "manifest.json", /plain name/],
  "a shard twice": [
    (m) => m.splits["test"]!.shards[0]!["file"] = "train-00000.arrow",
    /two shards are called "train-00000.arrow"/,
  ],
  "no hash": [(m) => m.splits["train"]!.shards[0]!["sha256"] = "abc", /64 hexadecimal digits/],
  "a block too many": [
    (m) => m.splits["train"]!.shards[0]!.blocks.push([0, 1, "0".repeat(64)]),
    /blocks: there are 3, but 8 rows by 4 are 2/,
  ],
  "a block within another": [
    (m) => (m.splits["train"]!.shards[0]!.blocks[1]![0] as number) -= 64,
    /blocks\.1: it begins at/,
  ],
  "a block behind the end": [
    (m) => m.splits["train"]!.shards[0]!["bytes"] = 2000,
    /blocks\.\d: it ends at \d+, but the file has 2000 bytes/,
  ],
  "a block of more memory than there is": [
    (m) => {
      m.splits["train"]!.shards[0]!["bytes"] = 2 ** 50;
      m.splits["train"]!.shards[0]!.blocks[1]![1] = 2 ** 49;
    },
    /blocks\.1: it has 562949953421312 bytes, more than 2³²/,
  ],
  "a block of negative length": [
    (m) => m.splits["train"]!.shards[0]!.blocks[1]![1] = -8,
    /it is not \[offset/,
  ],
  "a block that is a word": [(m) => m.splits["train"]!.shards[0]!.blocks[0] = ["all"], /it is not \[offset/],
  "a shard that ends within a block": [
    (m) => {
      m.splits["train"]!.shards[0]!["rows"] = 7;
      m.splits["train"]!["rows"] = 22;
    },
    /only the last shard may end within a block/,
  ],
  "statistics of another column": [
    (m) => m.splits["train"]!.statistics = { picture: { classCounts: [] } },
    /statistics: they are of picture/,
  ],
  "statistics of another kind": [
    (m) => m.splits["train"]!.statistics["image"] = { classCounts: [23] },
    /statistics\.image: they are not those of kind "image"/,
  ],
  "statistics of other channels": [
    (m) => m.splits["train"]!.statistics["image"] = { mean: [0, 0], std: [0, 0] },
    /statistics\.image: they have 2 channels, not 1/,
  ],
};

Deno.test("readManifest() refuses what contradicts itself, and says where", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, everyKindSource(), { rowsPerBlock: 4, shardBytes: 4500 });
    const text = await Deno.readTextFile(`${folder}/manifest.json`);
    await readManifest(textSource(text));
    for (const [what, [edit, says]] of Object.entries(lies)) {
      const { checksum: _, ...manifest } = JSON.parse(text);
      edit(manifest);
      await assert.rejects(
        readManifest(textSource(JSON.stringify(manifest))),
        (error) => error instanceof ShardError && error.check === "manifest" && says.test(error.message),
        what,
      );
    }
  }));

Deno.test("readManifest() refuses a manifest of which one bit has changed", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, everyKindSource());
    const whole = await Deno.readFile(`${folder}/manifest.json`);
    for (let i = 0; i < whole.length; i++) {
      const bytes = whole.slice();
      bytes[i]! ^= 1 << (i % 8);
      await assert.rejects(
        readManifest(bytesSource(bytes)),
        (error) => error instanceof ShardError && error.check === "manifest",
      );
    }
  }));

Deno.test("readManifest() refuses what is not JSON", async () => {
  for (const text of ["", "{", "[]", "null", '"manifest"', "\ufffe{}"]) {
    await assert.rejects(
      readManifest(textSource(text)),
      (error) => error instanceof ShardError && error.check === "manifest",
    );
  }
});

Deno.test("readManifest() refuses one that says it is huge before it makes room for it", async () => {
  const huge = {
    ...textSource(""),
    size: () => Promise.resolve(100e9),
    read: () => Promise.reject(new Error("it was read")),
  };
  await assert.rejects(readManifest(huge), /has 100000000000 bytes, at most 536870912 are read/);
});
