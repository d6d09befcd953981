import type { ShardSizes } from "./_import_journal.ts";

const BLOCK_BYTES = 2 ** 20; // at least, and less than twice as much where all rows are of one size
const MAX_ROWS_PER_BLOCK = 65_536;

/**
 * Whether the rows collected so far are to be the first block, which sets the size of all others.
 * @param rowsPerBlock As asked for; otherwise a power of two.
 */
export function isFirstBlock(numRows: number, byteLength: number, rowsPerBlock: number | null): boolean {
  if (rowsPerBlock !== null) return numRows === rowsPerBlock;
  const isPowerOfTwo = (numRows & (numRows - 1)) === 0;
  return isPowerOfTwo && (byteLength >= BLOCK_BYTES || numRows === MAX_ROWS_PER_BLOCK);
}

/**
 * The sizes of all blocks and shards, from the first rows.
 * @param numRows Of the first block; if the source has no more, it may be less than a whole one.
 * @param byteLength Of its values in memory.
 * @param fileBytes That it took.
 */
export function shardSizes(
  numRows: number,
  byteLength: number,
  fileBytes: number,
  { rowsPerBlock: asked, shardBytes }: { readonly rowsPerBlock: number | null; readonly shardBytes: number },
): ShardSizes {
  const rowsPerBlock = asked ?? powerOfTwo(numRows, byteLength);
  const blockBytes = fileBytes * rowsPerBlock / numRows;
  return { rowsPerBlock, rowsPerShard: Math.max(1, Math.round(shardBytes / blockBytes)) * rowsPerBlock };
}

/** The rows at which `isFirstBlock()` holds, if those that are yet to come are like these. */
function powerOfTwo(numRows: number, byteLength: number): number {
  let rows = 2 ** Math.ceil(Math.log2(numRows));
  while (rows * byteLength < numRows * BLOCK_BYTES && rows < MAX_ROWS_PER_BLOCK) rows *= 2;
  return rows;
}
