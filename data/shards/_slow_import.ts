/**
 * For tests: an import that prints a line after every block and then waits for a byte, to be killed meanwhile; where nothing comes in it
 * goes on at once.
 * @module
 */
import { everyKind, everyKindRow } from "./_test_source.ts";
import { type WriteProgress, writeShards } from "./write_shards.ts";

const [folder] = Deno.args;
const numItems = 400;
const onProgress = ({ split, rows }: WriteProgress) => {
  console.log(split, rows);
  Deno.stdin.readSync(new Uint8Array(1));
};
await writeShards(folder!, {
  name: "slow",
  source: "a test",
  licence: "MIT",
  columns: everyKind,
  splits: {
    train: { numItems, items: (from) => items(from, numItems) },
    test: { items: (from) => items(from, 50) },
  },
}, { rowsPerBlock: 16, shardBytes: 10_000, onProgress });

async function* items(from: number, end: number) {
  for (let i = from; i < end; i++) {
    if (i % 9 === 0) yield { dropped: "ninth", detail: `item ${i}` };
    else yield { row: everyKindRow(i) };
  }
}
