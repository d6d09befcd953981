import { writeShards } from "../shards/write_shards.ts";
import type { Source, SplitSource } from "../sources/source.ts";

/** For tests: digits of 4 × 4 pixels in three classes, 40 rows to learn from and 10 to test with; row i is of class i mod 3. */
export function testSource(changes: Partial<Source> = {}): Source {
  const split = (numItems: number, seed: number): SplitSource => ({
    numItems,
    items: async function* (from) {
      for (let i = from; i < numItems; i++) {
        const image = Uint8Array.from({ length: 16 }, (_, pixel) => (i * 7 + pixel * 13 + seed) % 256);
        yield { row: { image, label: i % 3, note: `row ${i}\n"${"é".repeat(i % 5)}"` } };
      }
    },
  });
  return {
    name: "digits",
    source: "a test",
    licence: "MIT",
    columns: [
      { name: "image", kind: "image", shape: [4, 4, 1] },
      { name: "label", kind: "label", classNames: ["zero", "one", "two & more"] },
      { name: "note", kind: "text" },
    ],
    splits: { train: split(40, 0), test: split(10, 100) },
    ...changes,
  };
}

/** Writes {@linkcode testSource} in several shards of small blocks. */
export async function writeTestSet(folder: string, changes: Partial<Source> = {}): Promise<void> {
  await writeShards(folder, testSource(changes), { rowsPerBlock: 4, shardBytes: 2000 });
}
