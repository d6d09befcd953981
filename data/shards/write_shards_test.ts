import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { SourceError } from "../source_error.ts";
import type { Source } from "../sources/source.ts";
import { StorageError } from "../storage_error.ts";
import { everyKindRow, everyKindSource } from "./_test_source.ts";
import type { Column } from "./column.ts";
import { openDataset } from "./open_dataset.ts";
import { rowAt } from "./row_at.ts";
import type { Row } from "./rows.ts";
import { verifyDataset } from "./verify_dataset.ts";
import { writeShards } from "./write_shards.ts";

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`writeShards() and openDataset() give back every kind of column, compression "${compression}"`, () =>
    withTempFolder(async (folder) => {
      const options = { rowsPerBlock: 4, shardBytes: 4000, compression };
      const manifest = await writeShards(folder, everyKindSource(), options);
      assert.ok(manifest.splits["train"]!.shards.length > 1);
      assert.deepEqual(manifest.dropped, { "cannot be decoded": 2 });
      const dataset = await openDataset(folder);
      assert.deepEqual(dataset.manifest, manifest);
      const split = dataset.split("train");
      assert.deepEqual([split.numRows, split.numBlocks], [23, 6]);
      const rows: Row[] = [];
      for (let block = 0; block < split.numBlocks; block++) {
        const read = await split.readBlock(block);
        assert.deepEqual([read.first, read.numRows], [4 * block, block < 5 ? 4 : 3]);
        for (let i = 0; i < read.numRows; i++) rows.push(rowAt(read, i));
      }
      const kept = [...Array(25).keys()].filter((i) => i !== 7 && i !== 8);
      assert.deepEqual(rows, kept.map(everyKindRow));
      dataset.close();
      const { problems, ...report } = await verifyDataset(folder);
      assert.deepEqual(problems, []);
      assert.equal(report.rows, 28);
    }));
}

/** A source of given rows. */
function sourceOf(columns: readonly Column[], rows: readonly Row[]): Source {
  const items = async function* (from: number) {
    for (const row of rows.slice(from)) yield await Promise.resolve({ row });
  };
  return { name: "some", source: "a test", licence: "MIT", columns, splits: { train: { items } } };
}

const unfit: readonly (readonly [Column, unknown, RegExp])[] = [
  [{ name: "x", kind: "image", shape: [2, 2, 1] }, new Uint8Array(3), /has 3 bytes, not 2 × 2 × 1 = 4/],
  [{ name: "x", kind: "image", shape: [2, 2, 1] }, [1, 2, 3, 4], /has Array, not bytes/],
  [{ name: "x", kind: "label", classNames: ["a", "b"] }, 2, /has 2, not an integer of 0…1/],
  [{ name: "x", kind: "label", classNames: ["a", "b"] }, 0.5, /has 0.5, not an integer of 0…1/],
  [{ name: "x", kind: "label", classNames: [] }, -1, /has -1, not an integer/],
  [{ name: "x", kind: "label", classNames: [] }, 2 ** 31, /not an integer/],
  [{ name: "x", kind: "number" }, NaN, /not a finite number/],
  [{ name: "x", kind: "number" }, "1", /has "1", not a finite number/],
  [{ name: "x", kind: "text" }, 1, /has 1, not a string/],
  [{ name: "x", kind: "text" }, "a\ud800", /half a surrogate pair/],
  [{ name: "x", kind: "waveform", sampleRate: 8000 }, Float32Array.of(0, Infinity), /not finite/],
  [{ name: "x", kind: "waveform", sampleRate: 8000 }, Float64Array.of(0), /has Float64Array, not float32/],
  [{ name: "x", kind: "tokens" }, Uint8Array.of(0), /has Uint8Array, not int32/],
  [{ name: "x", kind: "encodedImage" }, "png", /has "png", not bytes/],
  [{ name: "x", kind: "encodedAudio" }, undefined, /has no value/],
];

Deno.test("writeShards() refuses a value that does not fit its column, and says of which item", async () => {
  for (const [column, value, says] of unfit) {
    await withTempFolder(async (folder) => {
      const good = column.kind === "number" ? 1 : undefined;
      const rows = [...(good === undefined ? [] : [{ x: good }]), { x: value } as Row];
      await assert.rejects(writeShards(folder, sourceOf([column], rows)), (error) => {
        assert.ok(error instanceof SourceError, String(error));
        assert.match(error.message, says);
        assert.match(error.message, new RegExp(`Item ${rows.length - 1} of split "train" of some`));
        return true;
      });
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["import.jsonl"]);
    });
  }
});

Deno.test("writeShards() refuses sources that are none", () =>
  withTempFolder(async (folder) => {
    const number: Column = { name: "x", kind: "number" };
    const refused: readonly (readonly [Source, RegExp])[] = [
      [sourceOf([], []), /some has no columns/],
      [sourceOf([number, number], []), /two columns called "x"/],
      [sourceOf([{ ...number, name: "__proto__" }], []), /has a column called "__proto__": rename it/],
      [sourceOf([{ ...number, name: "" }], []), /has a column called "": rename it/],
      [sourceOf([number], []), /no rows in split "train" of some \(of 0 items, left out: none\)/],
      [sourceOf([number], [{ x: 1, y: 2 }]), /a value for "y", which is no column/],
      [
        { ...sourceOf([number], []), splits: { "../train": { items: async function* () {} } } },
        /use letters/,
      ],
      [{ ...sourceOf([number], []), splits: {} }, /some has no splits/],
    ];
    for (const [i, [source, says]] of refused.entries()) {
      await assert.rejects(
        writeShards(`${folder}/${i}`, source),
        (error) => error instanceof SourceError && says.test(error.message),
      );
    }
  }));

Deno.test("writeShards() refuses sizes that are none", () =>
  withTempFolder(async (folder) => {
    for (
      const options of [{ rowsPerBlock: 0 }, { rowsPerBlock: 1.5 }, { shardBytes: -1 }, { shardBytes: NaN }]
    ) {
      await assert.rejects(writeShards(folder, everyKindSource(), options), RangeError);
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("writeShards() chooses blocks of 1 to 2 MiB, and shards of whole blocks", () =>
  withTempFolder(async (folder) => {
    const pixels = new Uint8Array(32 * 32 * 3); // 3076 bytes a row with its label
    const columns: Column[] = [
      { name: "image", kind: "image", shape: [32, 32, 3] },
      { name: "label", kind: "label", classNames: ["a"] },
    ];
    const rows = Array.from({ length: 1500 }, () => ({ image: pixels, label: 0 }));
    const { rowsPerBlock, splits } = await writeShards(folder, sourceOf(columns, rows), {
      shardBytes: 3_000_000,
    });
    assert.equal(rowsPerBlock, 512); // 256 rows are 0.75 MiB
    assert.deepEqual(splits["train"]!.shards.map(({ rows }) => rows), [1024, 476]);
    const few = await writeShards(`${folder}/few`, sourceOf(columns, rows.slice(0, 3)));
    assert.equal(few.rowsPerBlock, 512); // as if there were more: another split may have them
  }));

Deno.test("writeShards() chooses blocks by many rows: neither a long first one nor short ones mislead it", () =>
  withTempFolder(async (folder) => {
    const columns: Column[] = [{ name: "text", kind: "text" }];
    const written = async (name: string, lengths: readonly number[]) => {
      const rows = lengths.map((length) => ({ text: "x".repeat(length) }));
      const manifest = await writeShards(`${folder}/${name}`, sourceOf(columns, rows));
      const split = (await openDataset(`${folder}/${name}`)).split("train");
      const found: number[] = [];
      for (let block = 0; block < split.numBlocks; block++) {
        const { offsets } = (await split.readBlock(block)).columns["text"]!;
        for (let i = 1; i < offsets!.length; i++) found.push(offsets![i]! - offsets![i - 1]!);
      }
      split.close();
      assert.deepEqual(found, lengths);
      return manifest.rowsPerBlock;
    };
    assert.equal(await written("long", [2 ** 20, ...Array(2000).fill(20)]), 1024); // 1,047 rows of the mean of the first 1,024 are 1 MiB
    assert.equal(await written("short", [...Array(2000).fill(0), ...Array(100).fill(2000)]), 8192); // the most: who knows what comes
    assert.equal(await written("few", [100, 200]), 8192);
  }));

Deno.test("writeShards() fills no disk without saying so, and goes on when there is room", {
  ignore: Deno.build.os === "windows",
}, () =>
  withTempFolder(async (folder) => {
    const script = new URL("_slow_import.ts", import.meta.url).pathname;
    const run = (limit: string) =>
      new Deno.Command("sh", { // a write past the limit fails, as it does when the disk is full
        args: [
          "-c",
          `trap '' XFSZ; ${limit} exec deno run --quiet --allow-read --allow-write=${folder} ${script} ${folder}/data`,
        ],
      }).output();
    const { success, stderr } = await run("ulimit -f 8;");
    assert.ok(!success);
    assert.match(
      new TextDecoder().decode(stderr),
      /StorageError: Cannot write .*train-00000\.arrow \(File too large/,
    );
    assert.deepEqual([...Deno.readDirSync(`${folder}/data`)].map(({ name }) => name), ["import.jsonl"]);
    assert.ok((await run("")).success);
    assert.deepEqual((await verifyDataset(`${folder}/data`)).problems, []);
  }));

Deno.test("writeShards() says that it cannot make a folder below a file", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(writeShards(`${folder}/file/data`, everyKindSource()), StorageError);
  }));

Deno.test("writeShards() does not write where another import writes", {
  ignore: Deno.build.os === "windows",
}, () =>
  withTempFolder(async (folder) => {
    const source = everyKindSource();
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const items = async function* (from: number) {
      begun.resolve();
      await gate.promise;
      yield* source.splits["test"]!.items(from);
    };
    const first = writeShards(folder, { ...source, splits: { test: { items } } });
    await begun.promise;
    await assert.rejects(
      writeShards(folder, source),
      (error) => error instanceof StorageError && /another import writes there/.test(error.message),
    );
    gate.resolve();
    await first;
    await writeShards(folder, everyKindSource(), { replace: true }); // now it may
  }));

Deno.test("writeShards() lets another source into a folder where an import has failed before its first shard", () =>
  withTempFolder(async (folder) => {
    const { splits, ...facts } = everyKindSource();
    const empty: Source = {
      ...facts,
      name: "empty",
      splits: {
        train: {
          items: async function* () {
            yield await Promise.resolve({ dropped: "is none", detail: "the only one" });
          },
        },
      },
    };
    await assert.rejects(writeShards(folder, empty), /There are no rows in split "train" of empty/);
    assert.equal((await writeShards(folder, { ...facts, splits })).name, facts.name);
  }));
