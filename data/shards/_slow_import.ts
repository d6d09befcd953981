/**
 * For tests: an import that prints a line after every block and then waits a little, to be killed meanwhile.
 * @module
 */
import { everyKind, everyKindRow } from "./_test_source.ts";
import { writeShards } from "./write_shards.ts";

const [folder, pause] = Deno.args;
const numItems = 400;
await writeShards(folder!, {
  name: "slow",
  source: "a test",
  licence: "MIT",
  columns: everyKind,
  splits: {
    train: { numItems, items: (from) => items(from, numItems) },
    test: { items: (from) => items(from, 50) },
  },
}, { rowsPerBlock: 16, shardBytes: 10_000, onProgress: ({ split, rows }) => console.log(split, rows) });

async function* items(from: number, end: number) {
  for (let i = from; i < end; i++) {
    if (i % 8 === 0) await new Promise((resolve) => setTimeout(resolve, Number(pause)));
    if (i % 9 === 0) yield { dropped: "ninth", detail: `item ${i}` };
    else yield { row: everyKindRow(i) };
  }
}
