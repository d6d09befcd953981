import { ContentHash } from "./_content_hash.ts";
import { measureOf } from "./measure_of.ts";
import type { Column } from "./column.ts";
import type { SplitManifest } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";

/** Gathers, block by block, what the manifest says about the rows of a split. */
export class SplitSummary {
  readonly #columns: readonly Column[];
  readonly #hash: ContentHash;
  readonly #measures: readonly ReturnType<typeof measureOf>[];
  #rows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#hash = new ContentHash(columns);
    this.#measures = columns.map(measureOf);
  }

  update(numRows: number, columns: readonly ColumnValues[]): void {
    this.#rows += numRows;
    this.#hash.update(columns);
    columns.forEach((values, i) => this.#measures[i]!.update(values));
  }

  get rows(): number {
    return this.#rows;
  }

  /** After at least one row, and once. */
  result(): Pick<SplitManifest, "rows" | "contentHash" | "statistics"> {
    const statistics = this.#columns.map(({ name }, i) => [name, this.#measures[i]!.result()] as const);
    return { rows: this.#rows, contentHash: this.#hash.digest(), statistics: Object.fromEntries(statistics) };
  }
}
