/**
 * A data set with its rows in random order.
 * @module
 */
import { BlockCache } from "./_block_cache.ts";
import { planSamples } from "./_plan.ts";
import { blockOrder } from "./block_order.ts";
import type { Dataset, Split } from "../shards/open_dataset.ts";
import { rowAt } from "../shards/row_at.ts";
import type { Source, SplitSource } from "../sources/source.ts";

/** How a data set is shuffled. */
export type ShuffleOptions = {
  /** A 32-bit integer; 0 if left out. */
  readonly seed?: number;
  /** Memory for the blocks whose rows are mixed with each other, as they are stored; 1 GiB if left out. */
  readonly memoryBytes?: number;
};

/** Rows that are looked up together. */
const chunk = 1024;

/**
 * The rows of a data set in random order, to be written again: rows that were found class by class, as folders and archives mostly have
 * them, make batches of few classes unless a loader mixes very many blocks; written in this order once, a narrow window does.
 *
 * It is the order of `blockOrder()`: blocks from all over a split, as many as the memory holds, and their rows mixed. A split that fits into it
 * is shuffled perfectly; of a larger one, each new block has rows of that many old ones.
 * @param dataset Open until the last row is taken.
 * @param options How.
 */
export function shuffledSource(
  dataset: Dataset,
  { seed = 0, memoryBytes = 2 ** 30 }: ShuffleOptions = {},
): Source {
  const { name, source, licence, columns, splits } = dataset.manifest;
  return {
    name,
    source,
    licence,
    columns,
    splits: Object.fromEntries(
      Object.keys(splits).map((
        split,
        set,
      ) => [split, shuffled(dataset.split(split), seed, set, memoryBytes)]),
    ),
  };
}

function shuffled(split: Split, seed: number, set: number, memoryBytes: number): SplitSource {
  const { numRows, rowsPerBlock, blockMemory } = split;
  return {
    numItems: numRows,
    items: async function* (from) {
      const windowBlocks = Math.max(1, Math.floor(memoryBytes / blockMemory));
      const order = blockOrder({ numRows, rowsPerBlock, windowBlocks, seed, set });
      const cache = new BlockCache([split], windowBlocks * blockMemory * 1.1, false); // memory is handed out in pages
      for (let start = from; start < numRows; start += chunk) {
        const row = new Float64Array(Math.min(chunk, numRows - start));
        order.fill(start, row);
        const located = { set: new Int32Array(row.length), row, epoch: new Float64Array(row.length) };
        const { samples, addresses } = planSamples(located, [split]);
        const { blocks, release } = await cache.acquire(addresses);
        for (let i = 0; i < row.length; i++) {
          yield { row: rowAt(blocks[samples.blockOf[i]!]!.rows, samples.indexIn[i]!) };
        }
        release();
      }
    },
  };
}
