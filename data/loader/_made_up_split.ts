import type { Column } from "../shards/column.ts";
import type { Rows } from "../shards/rows.ts";
import type { SplitReader } from "./split_reader.ts";

const image = { name: "image", kind: "image", shape: [4, 4, 3] } as const satisfies Column;
const label = { name: "label", kind: "label", classNames: [] } as const satisfies Column;
const number = { name: "number", kind: "number" } as const satisfies Column;
const tokens = { name: "tokens", kind: "tokens" } as const satisfies Column;

/**
 * For tests and measurements: a split of any number of rows that are made when they are read. Row r has an image whose pixels are
 * (r + 7 · i) mod 256, the label r mod 10, the number r, and r mod 9 tokens r, r + 1, …
 */
export function madeUpSplit(numRows: number, rowsPerBlock = 10, name = "made up"): SplitReader {
  return {
    name,
    numRows,
    rowsPerBlock,
    columns: [image, label, number, tokens],
    contentHash: `${name} ${numRows}`,
    readBlock: (block) => {
      const first = block * rowsPerBlock;
      return Promise.resolve(makeRows(first, Math.min(rowsPerBlock, numRows - first)));
    },
  };
}

function makeRows(first: number, numRows: number): Rows {
  const rows = Array.from({ length: numRows }, (_, i) => first + i);
  const offsets = [0];
  for (const row of rows) offsets.push(offsets.at(-1)! + row % 9);
  const pixels = Uint8Array.from(
    { length: numRows * 48 },
    (_, i) => first + Math.floor(i / 48) + 7 * (i % 48),
  );
  return {
    first,
    numRows,
    columns: {
      image: { column: image, values: pixels },
      label: { column: label, values: Int32Array.from(rows, (row) => row % 10) },
      number: { column: number, values: Float64Array.from(rows) },
      tokens: {
        column: tokens,
        values: Int32Array.from(rows.flatMap((row) => Array.from({ length: row % 9 }, (_, i) => row + i))),
        offsets: Int32Array.from(offsets),
      },
    },
  };
}
