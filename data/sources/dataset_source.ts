/**
 * A data set as a source of others.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Dataset, Split } from "../shards/open_dataset.ts";
import { rowAt } from "../shards/row_at.ts";
import type { Row } from "../shards/rows.ts";
import type { Source, SplitSource } from "./source.ts";

/**
 * The rows of a data set as they are, to be written again: packed in another way, or in larger shards.
 *
 * @param dataset Open until the last row is taken.
 */
export function datasetSource(dataset: Dataset): Source {
  const { name, source, licence, columns, splits } = dataset.manifest;
  return {
    name,
    source,
    licence,
    columns,
    splits: Object.fromEntries(
      Object.keys(splits).map((split) => [split, rowsSource(dataset.split(split), columns)]),
    ),
  };
}

/**
 * The rows of one split, in order.
 * @param split Open until the last row is taken.
 * @param columns Those that are taken, by their names.
 */
export function rowsSource(split: Split, columns: readonly Column[]): SplitSource {
  return {
    numItems: split.numRows,
    items: async function* (from) {
      for await (const { row } of rowsFrom(split, from)) yield { row: only(row, columns) };
    },
  };
}

/** The rows of a split from one on, each with its index. */
export async function* rowsFrom(
  split: Split,
  from = 0,
): AsyncGenerator<{ readonly index: number; readonly row: Row }> {
  for (let block = Math.floor(from / split.rowsPerBlock); block < split.numBlocks; block++) {
    const rows = await split.readBlock(block);
    for (let i = Math.max(0, from - rows.first); i < rows.numRows; i++) {
      yield { index: rows.first + i, row: rowAt(rows, i) };
    }
  }
}

function only(row: Row, columns: readonly Column[]): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name]!]));
}
