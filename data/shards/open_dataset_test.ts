import fc from "fast-check";
import { createHash } from "node:crypto";
import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { type ShardCheck, ShardError } from "../shard_error.ts";
import { everyKindSource } from "./_test_source.ts";
import type { ByteSource } from "./byte_source.ts";
import { fileBytes } from "./file_bytes.ts";
import type { Manifest } from "./manifest.ts";
import { openDataset } from "./open_dataset.ts";
import { writeShards } from "./write_shards.ts";

const SHARD = "train-00000.arrow";
const options = { rowsPerBlock: 8 }; // three blocks of training rows: 8, 8, 7

type Damage = (folder: string, manifest: Manifest) => void | Promise<void>;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Changes a block, and the manifest so that it vouches for it: what only a lie can do. */
const forge = (block: number, edit: (bytes: Uint8Array) => void): Damage => (folder, manifest) => {
  const file = `${folder}/${SHARD}`;
  const bytes = Deno.readFileSync(file);
  const [offset, length] = manifest.splits["train"]!.shards[0]!.blocks[block]!;
  const part = bytes.subarray(offset, offset + length);
  edit(part);
  Deno.writeFileSync(file, bytes);
  const text = JSON.stringify(manifest);
  const old = manifest.splits["train"]!.shards[0]!.blocks[block]![2];
  Deno.writeTextFileSync(`${folder}/manifest.json`, text.replace(old, sha256(part)));
};

/** Replaces bytes that occur once. */
const replaceIn = (bytes: Uint8Array, from: Uint8Array, to: Uint8Array): void => {
  const starts = [...bytes.keys()].filter((i) => from.every((byte, j) => bytes[i + j] === byte));
  assert.equal(starts.length, 1, "it occurs once");
  bytes.set(to, starts[0]);
};
const int32 = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
const editManifest = (edit: (manifest: Manifest) => unknown): Damage => (folder, manifest) =>
  Deno.writeTextFileSync(`${folder}/manifest.json`, JSON.stringify(edit(manifest)));

/** What is done to block 0 or its file, what the error's check is, and what the message says. */
const damages: Record<string, readonly [Damage, ShardCheck, RegExp]> = {
  "a missing shard": [(folder) => Deno.remove(`${folder}/${SHARD}`), "exists", /no such file/],
  "an empty shard": [(folder) => Deno.truncate(`${folder}/${SHARD}`, 0), "size", /it ends at 0/],
  "a truncated shard": [(folder) => Deno.truncate(`${folder}/${SHARD}`, 1000), "size", /it ends at 1000/],
  "a flipped bit": [
    (folder, manifest) => {
      const bytes = Deno.readFileSync(`${folder}/${SHARD}`);
      bytes[manifest.splits["train"]!.shards[0]!.blocks[0]![0] + 700]! ^= 1;
      Deno.writeFileSync(`${folder}/${SHARD}`, bytes);
    },
    "sha256",
    /block 0 .*its manifest says/,
  ],
  "another shard in its place": [
    (folder) => Deno.copyFile(`${folder}/test-00000.arrow`, `${folder}/${SHARD}`),
    "sha256",
    /block 0 .*its manifest says/,
  ],
  "a manifest with other columns": [
    editManifest((m) => ({
      ...m,
      columns: m.columns.map((column) => column.kind === "tokens" ? { ...column, kind: "text" } : column),
    })),
    "schema",
    /no Arrow record batch of its columns/,
  ],
  "a manifest with larger images": [
    editManifest((m) => ({
      ...m,
      columns: m.columns.map((column) => column.kind === "image" ? { ...column, shape: [3, 3, 1] } : column),
    })),
    "schema",
    /has 48 values, 0 missing, not 72 and 0/,
  ],
  "a manifest of another packing": [
    editManifest((m) => ({ ...m, compression: "zstd" })),
    "schema",
    /not packed/,
  ],
  "a forged block without a message": [forge(0, (bytes) => bytes.fill(0)), "schema", /no message begins/],
  "a forged block with a wild length": [
    forge(0, (bytes) => bytes.set(int32(2 ** 30), 4)),
    "schema",
    /no Arrow record batch/,
  ],
  "a forged label without a class": [
    forge(0, (bytes) => replaceIn(bytes, int32(0, 1, 0, 1, 0, 1, 0, 1), int32(0, 1, 0, 2, 0, 1, 0, 1))),
    "labels",
    /block 0, row 3 .*has label 2, but there are 2 classes/,
  ],
  "forged offsets that go back": [ // of the texts: "", "a", "ü", "漢字", "🙂", "", "a", "ü" without the 8th and 9th
    forge(
      0,
      (bytes) => replaceIn(bytes, int32(0, 0, 1, 3, 9, 13, 13, 14), int32(0, 0, 3, 1, 9, 13, 13, 14)),
    ),
    "offsets",
    /block 0, row 2 .*"text" has a row of -2/,
  ],
  "forged offsets that do not begin at 0": [
    forge(
      0,
      (bytes) => replaceIn(bytes, int32(0, 0, 1, 3, 9, 13, 13, 14), int32(1, 1, 1, 3, 9, 13, 13, 14)),
    ),
    "offsets",
    /"text" begins at 1/,
  ],
  "forged offsets that lead out of the file": [
    forge(
      0,
      (bytes) =>
        replaceIn(bytes, int32(0, 0, 1, 3, 9, 13, 13, 14), int32(0, 0, 1, 3, 9, 13, 13, 2 ** 31 - 1)),
    ),
    "offsets",
    /row 7 .*"text" has a row of -/,
  ],
  "forged offsets within a character": [
    forge(
      0,
      (bytes) => replaceIn(bytes, int32(0, 0, 1, 3, 9, 13, 13, 14), int32(0, 0, 1, 2, 9, 13, 13, 14)),
    ),
    "text",
    /block 0, row 3 .*"text" has bytes that are not UTF-8/,
  ],
  "forged text": [
    forge(0, (bytes) => replaceIn(bytes, new TextEncoder().encode("漢"), Uint8Array.of(0xe6, 0xbc, 0x41))),
    "text",
    /row 3 .*"text" has bytes that are not UTF-8/,
  ],
};

for (const [what, [damage, check, says]] of Object.entries(damages)) {
  Deno.test(`readBlock() tells ${what}: check "${check}"`, () =>
    withTempFolder(async (folder) => {
      await damage(folder, await writeShards(folder, everyKindSource(), options));
      const dataset = await openDataset(folder);
      const tells = (error: unknown): boolean => {
        assert.ok(error instanceof ShardError, String(error));
        assert.equal(error.file, `${folder}/${SHARD}`);
        assert.equal(error.check, check, error.message);
        assert.match(error.message, says);
        return true;
      };
      await assert.rejects(dataset.split("train").readBlock(0), tells);
      await assert.rejects(dataset.split("train").readBlock(0), tells); // it is not trusted the second time
      dataset.close();
    }));
}

Deno.test("readBlock() tells a manifest that has fewer rows than a block", () =>
  withTempFolder(async (folder) => {
    const manifest = await writeShards(folder, everyKindSource(), options);
    const text = JSON.stringify(manifest).replaceAll('"rows":23', '"rows":22'); // of the split and of its shard
    await Deno.writeTextFile(`${folder}/manifest.json`, text);
    const split = (await openDataset(folder)).split("train");
    await assert.rejects(split.readBlock(2), /block 2 fails the check "rows": it has 7 rows, not 6/);
    split.close();
  }));

Deno.test("openDataset() names what is missing", () =>
  withTempFolder(async (folder) => {
    await assert.rejects(
      openDataset(folder),
      (error) =>
        error instanceof ShardError && error.check === "exists" && error.file === `${folder}/manifest.json`,
    );
    await writeShards(folder, everyKindSource(), options);
    const dataset = await openDataset(folder);
    assert.throws(() => dataset.split("trian"), /no split "trian" in every kind.*did you mean "train"/);
    const split = dataset.split("train");
    for (const index of [-1, 0.5, 3, NaN]) {
      await assert.rejects(split.readBlock(index), /no block .* choose 0…2/);
    }
  }));

Deno.test("openDataset() takes a folder's URL, with or without a slash", () =>
  withTempFolder(async (parent) => {
    const folder = `${parent}/with space`;
    await writeShards(folder, everyKindSource(), options);
    for (const end of ["", "/"]) {
      const dataset = await openDataset(new URL(`file://${encodeURI(folder)}${end}`));
      assert.equal((await dataset.split("test").readBlock(0)).numRows, 5);
      dataset.close();
    }
  }));

Deno.test("openDataset() refuses the URL of a server, and says what takes it", async () => {
  await assert.rejects(openDataset(new URL("https://data.example.org/set")), /openRemoteDataset/);
});

Deno.test("a forged manifest that is accepted gives its rows, or is found out by a ShardError", () =>
  withTempFolder(async (folder) => {
    const text = JSON.stringify(await writeShards(folder, everyKindSource(), options));
    const bytes = new TextEncoder().encode(text);
    let forged = bytes;
    const open = (file: string): ByteSource =>
      file !== "manifest.json" ? fileBytes(`${folder}/${file}`) : {
        name: file,
        size: () => Promise.resolve(forged.length),
        read: (offset, length) => Promise.resolve(forged.slice(offset, offset + length)),
      };
    const position = fc.integer({ min: 0, max: bytes.length - 1 });
    const digit = fc.integer({ min: 0x30, max: 0x39 }); // an edit that is likely to stay JSON
    await fc.assert(
      fc.asyncProperty(position, fc.oneof(digit, fc.nat(255)), async (at, value) => {
        forged = bytes.slice();
        forged[at] = value;
        try {
          const dataset = await openDataset(folder, { open });
          for (const name of Object.keys(dataset.manifest.splits)) {
            const split = dataset.split(name);
            for (let i = 0; i < split.numBlocks; i++) await split.readBlock(i).catch(assertShardError);
            split.close();
          }
        } catch (error) {
          assertShardError(error);
        }
      }),
      { numRuns: 500 },
    );
  }));

function assertShardError(error: unknown): void {
  assert.ok(error instanceof ShardError, String(error));
}

Deno.test("openDataset() keeps no more shards open than it may, and reads each block with one read", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, everyKindSource(), { rowsPerBlock: 2, shardBytes: 1 });
    const open = new Set<string>();
    let numReads = 0;
    const dataset = await openDataset("nowhere", {
      maxOpenShards: 3,
      open: (file): ByteSource => {
        const bytes = fileBytes(`${folder}/${file}`);
        open.add(file);
        return {
          ...bytes,
          name: file,
          read: (...range) => (numReads++, bytes.read(...range)),
          close: () => (open.delete(file), bytes.close?.()),
        };
      },
    });
    assert.deepEqual([open.size, numReads], [0, 1]); // the manifest's
    const split = dataset.split("train");
    const rows = await Promise.all(Array.from({ length: split.numBlocks }, (_, i) => split.readBlock(i)));
    assert.deepEqual([open.size, numReads], [3, 1 + split.numBlocks]);
    assert.deepEqual(rows.map(({ numRows }) => numRows), [...Array(11).fill(2), 1]);
    split.close();
    assert.equal(open.size, 0);
  }));

Deno.test("readBlock() gives views of the memory that it is lent, and new memory otherwise", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, everyKindSource(), options);
    const split = (await openDataset(folder)).split("train");
    const memory = new Uint8Array(split.maxBlockBytes);
    const [fresh, lent] = [await split.readBlock(1), await split.readBlock(1, memory)];
    for (const { values } of Object.values(lent.columns)) assert.equal(values.buffer, memory.buffer);
    for (const { values } of Object.values(fresh.columns)) assert.notEqual(values.buffer, memory.buffer);
    assert.deepEqual(lent, fresh);
    assert.deepEqual(await split.readBlock(1, memory.subarray(0, 10)), fresh); // too little to be of use
    split.close();
  }));

/** What readBlock() says of a block that was whole and then was not, while the data set was open. */
async function damageWhileOpen(verify: "always" | "first" | "never"): Promise<"told" | "not told"> {
  let told: "told" | "not told" = "not told";
  await withTempFolder(async (folder) => {
    const manifest = await writeShards(folder, everyKindSource(), options);
    const dataset = await openDataset(folder, { verify });
    const split = dataset.split("train");
    await split.readBlock(0);
    const [offset, length] = manifest.splits["train"]!.shards[0]!.blocks[0]!;
    const bytes = Deno.readFileSync(`${folder}/${SHARD}`);
    bytes[offset + length - 64]! ^= 16; // in the last column, whose values may be anything
    Deno.writeFileSync(`${folder}/${SHARD}`, bytes);
    await split.readBlock(0).catch((error) => {
      assert.ok(error instanceof ShardError && error.check === "sha256");
      told = "told";
    });
    dataset.close();
  });
  return told;
}

Deno.test("readBlock() checks a block each time, unless it is told not to", async () => {
  assert.equal(await damageWhileOpen("always"), "told");
  assert.equal(await damageWhileOpen("first"), "told");
  assert.equal(await damageWhileOpen("never"), "not told");
});

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`readBlock() survives any forged byte, compression "${compression}"`, () =>
    withTempFolder(async (folder) => {
      const { splits } = await writeShards(folder, everyKindSource(), { ...options, compression });
      const [offset, length] = splits["train"]!.shards[0]!.blocks[0]!;
      const whole = Deno.readFileSync(`${folder}/${SHARD}`);
      let bytes = whole;
      const dataset = await openDataset(folder, {
        verify: "never", // a flipped byte as if the manifest vouched for it
        open: (file) =>
          file !== SHARD ? fileBytes(`${folder}/${file}`) : {
            name: file,
            size: () => Promise.resolve(bytes.length),
            read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
          },
      });
      const split = dataset.split("train");
      const position = fc.integer({ min: 0, max: length - 1 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 4 }),
          async (edits) => {
            bytes = whole.slice();
            for (const [at, value] of edits) bytes[offset + at] = value;
            await split.readBlock(0).catch(assertShardError);
          },
        ),
        { numRuns: 2000 },
      );
    }));
}

Deno.test("openDataset() tells the memory that packed blocks take once they are unpacked", () =>
  withTempFolder(async (folder) => {
    const texts = Array.from(
      { length: 64 },
      (_, i) => ({ row: { text: " ".repeat(i % 2 === 0 ? 2000 : 0), x: i } }),
    );
    await writeShards(folder, {
      ...{ name: "spaces", source: "this test", licence: "MIT" },
      columns: [{ name: "text", kind: "text" }, { name: "x", kind: "number" }],
      splits: {
        train: {
          items: async function* (from) {
            yield* texts.slice(from);
          },
        },
      },
    }, { rowsPerBlock: 16, compression: "zstd" });
    const split = (await openDataset(folder)).split("train");
    assert.ok(split.maxBlockBytes < 2000);
    assert.equal(split.blockMemory, 16 * (1000 + 4 + 8)); // a row's mean text, its offset, its number
    split.close();
  }));
