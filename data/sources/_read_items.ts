import type { Row } from "../shards/rows.ts";
import type { Source, SourceItem } from "./source.ts";

/** For tests: all items of a split. */
export async function readItems(source: Source, from = 0, split = "train"): Promise<SourceItem[]> {
  return await Array.fromAsync(source.splits[split]!.items(from));
}

/** For tests: the rows of a split of which nothing is dropped. */
export async function readRows(source: Source, from = 0, split = "train"): Promise<Row[]> {
  return (await readItems(source, from, split)).map((item) => {
    if ("dropped" in item) throw new Error(`${item.dropped}: ${item.detail}`);
    return item.row;
  });
}

/** For tests: why the items of a split are dropped, "" for a row. */
export async function readReasons(source: Source): Promise<string[]> {
  return (await readItems(source)).map((item) => "dropped" in item ? item.dropped : "");
}
