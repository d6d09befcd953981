/**
 * Where a data set comes from, before it is shards.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Row } from "../shards/rows.ts";

/** What a source gives for each of its items, in its order: a row, or why there is none. */
export type SourceItem = { readonly row: Row } | {
  /** In a few words that are the same for all items of this kind, as they are counted: "cannot be decoded". */
  readonly dropped: string;
  /** Which item, and what was wrong with it. */
  readonly detail: string;
};

/** The items of one split. */
export type SplitSource = {
  /** How many items there are, if that is known without reading them. */
  readonly numItems?: number;
  /**
   * The items in an order that is always the same, one at a time.
   * @param from How many of them to pass over, cheaply: an import that was cut short goes on there.
   */
  readonly items: (from: number) => AsyncIterable<SourceItem>;
};

/** A data set as it is found. */
export type Source = {
  /** Of the data set. */
  readonly name: string;
  /** Where it came from, for a reader. */
  readonly source: string;
  /** Under which terms; "unknown" if nobody says. */
  readonly licence: string;
  /** What each row has. */
  readonly columns: readonly Column[];
  /** By name: "train", "test", … */
  readonly splits: Readonly<Record<string, SplitSource>>;
};
