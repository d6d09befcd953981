import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { openDataset } from "../shards/open_dataset.ts";
import { writeShards } from "../shards/write_shards.ts";
import { shuffledSource } from "./shuffled_source.ts";
import type { Source, SplitSource } from "../sources/source.ts";

/** 3,000 rows, each its own number, in blocks of 10. */
const numbers: Source = {
  name: "numbers",
  source: "this test",
  licence: "MIT",
  columns: [{ name: "number", kind: "number" }, { name: "text", kind: "text" }],
  splits: {
    train: {
      items: async function* (from) {
        for (let i = from; i < 3000; i++) yield { row: { number: i, text: `row ${i}` } };
      },
    },
  },
};

async function numbersOf(split: SplitSource, from = 0): Promise<number[]> {
  const found: number[] = [];
  for await (const item of split.items(from)) {
    assert.ok("row" in item);
    assert.equal(item.row.text, `row ${item.row.number}`);
    found.push(item.row.number as number);
  }
  return found;
}

Deno.test("shuffledSource() has each row once, in an order that goes on from anywhere", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, numbers, { rowsPerBlock: 10, shardBytes: 10_000 });
    const dataset = await openDataset(folder);
    const { blockMemory } = dataset.split("train");
    for (const numBlocks of [1, 30, 10_000]) {
      const { train } = shuffledSource(dataset, { seed: 1, memoryBytes: numBlocks * blockMemory }).splits;
      const rows = await numbersOf(train!);
      assert.deepEqual(rows.toSorted((a, b) => a - b), [...Array(3000).keys()]);
      assert.deepEqual(await numbersOf(train!, 1500), rows.slice(1500));
      const blocks = new Set(rows.slice(0, 10).map((row) => Math.floor(row / 10)));
      assert.ok(numBlocks === 1 ? blocks.size === 1 : blocks.size >= 5, `${[...blocks]}`); // ten rows of 30 blocks or more
    }
    dataset.close();
  }));

Deno.test("shuffledSource() gives whole rows of compressed blocks too, whose offsets did not shrink", () =>
  withTempFolder(async (folder) => {
    const items = async function* (from: number) {
      for (let i = from; i < 300; i++) yield { row: { number: i, text: `row ${i}`.padEnd(100 + i, ".") } };
    };
    await writeShards(folder, { ...numbers, splits: { train: { items } } }, {
      compression: "zstd",
      rowsPerBlock: 1,
    });
    const dataset = await openDataset(folder);
    const { train } =
      shuffledSource(dataset, { seed: 1, memoryBytes: 20 * dataset.split("train").blockMemory }).splits;
    let count = 0;
    for await (const item of train!.items(0)) {
      assert.ok("row" in item);
      const { number, text } = item.row as { number: number; text: string };
      assert.equal(text, `row ${number}`.padEnd(100 + number, "."));
      count++;
    }
    assert.equal(count, 300);
    dataset.close();
  }));
