import type { BlockAddress } from "./_block_cache.ts";
import type { Located } from "./_sequence.ts";
import type { Samples } from "./preparation.ts";
import type { SplitReader } from "./split_reader.ts";

/** The samples of a batch, and the blocks they need in the order of `blockOf`. */
export type Plan = {
  readonly samples: Omit<Samples, "blocks">;
  readonly addresses: readonly BlockAddress[];
};

/** Finds the blocks of located samples. */
export function planSamples({ set, row, epoch }: Located, splits: readonly SplitReader[]): Plan {
  const count = row.length;
  const samples = {
    count,
    set,
    row,
    epoch,
    address: new Float64Array(count),
    blockOf: new Int32Array(count),
    indexIn: new Int32Array(count),
  };
  const firstAddresses = [0];
  for (const { numRows } of splits) firstAddresses.push(firstAddresses.at(-1)! + numRows);
  const addresses: BlockAddress[] = [];
  const known = splits.map(() => new Map<number, number>()); // block → its place in `addresses`
  for (let i = 0; i < count; i++) {
    const s = set[i]!, { rowsPerBlock } = splits[s]!;
    const block = Math.floor(row[i]! / rowsPerBlock);
    let place = known[s]!.get(block);
    if (place === undefined) {
      place = addresses.push({ set: s, block }) - 1;
      known[s]!.set(block, place);
    }
    samples.blockOf[i] = place;
    samples.indexIn[i] = row[i]! - block * rowsPerBlock;
    const address = firstAddresses[s]! + row[i]!;
    samples.address[i] = address < 2 ** 32 ? address : address % 2 ** 32;
  }
  return { samples, addresses };
}
