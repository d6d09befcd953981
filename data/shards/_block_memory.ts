import { storageOf } from "./_storage.ts";
import type { Column } from "./column.ts";
import type { ColumnStatistics, LengthStatistics } from "./manifest.ts";

const OFFSET_BYTES = 4;

/** Bytes that so many rows take in memory, unpacked: of fixed width, or as long as rows are on average. */
export function blockMemory(
  numRows: number,
  columns: readonly Column[],
  statistics: Readonly<Record<string, ColumnStatistics>>,
): number {
  return columns.reduce((bytes, column) => {
    const { array, width } = storageOf(column);
    const rowBytes = width > 0
      ? width * array.BYTES_PER_ELEMENT
      : (statistics[column.name] as LengthStatistics).meanLength * array.BYTES_PER_ELEMENT + OFFSET_BYTES;
    return bytes + numRows * rowBytes;
  }, 0);
}
