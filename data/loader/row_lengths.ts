/**
 * How long the rows of a split are.
 * @module
 */
import type { SplitReader } from "./split_reader.ts";

/**
 * Reads the lengths of all rows in one pass: samples of a waveform, tokens, or bytes of a text or an encoded file.
 * @param split It is read block by block, and not closed.
 * @param column Of varying length.
 * @returns [numRows].
 * @throws {RangeError} If the split has no such column, or its rows are all of one length.
 */
export async function rowLengths(split: SplitReader, column: string): Promise<Int32Array> {
  if (!split.columns.some(({ name }) => name === column)) {
    const names = split.columns.map(({ name }) => name).join(", ");
    throw new RangeError(`Split ${split.name} has no column "${column}": choose one of ${names}`);
  }
  const lengths = new Int32Array(split.numRows);
  for (let block = 0; block * split.rowsPerBlock < split.numRows; block++) {
    const { first, numRows, columns } = await split.readBlock(block);
    const { offsets } = columns[column]!;
    if (!offsets) {
      throw new RangeError(`The rows of column "${column}" are all of one length: choose another`);
    }
    for (let i = 0; i < numRows; i++) lengths[first + i] = offsets[i + 1]! - offsets[i]!;
  }
  return lengths;
}
