/**
 * A data set's rows in other splits.
 * @module
 */
import { createHash } from "node:crypto";
import { stream, uniform } from "@lacuna/random";
import type { Column } from "../shards/column.ts";
import type { Dataset } from "../shards/open_dataset.ts";
import type { Row, Value } from "../shards/rows.ts";
import { datasetSource, rowsFrom } from "./dataset_source.ts";
import { SourceError } from "../source_error.ts";
import type { Source, SplitSource } from "./source.ts";

/** How the rows of one split are dealt out. */
export type ResplitOptions = {
  /** The split that is dealt out; the others are taken as they are. */
  readonly from: string;
  /** Name of each new split, and its share, in (0, 1], or its number of rows. Rows beyond them all are left out. */
  readonly parts: Readonly<Record<string, number>>;
  /**
   * "share": the hash of a row's content decides, so that a row stays where it is when others come or go, and equal rows are never on
   * two sides; shares are met roughly. "exactShare" and "count": drawn at random, met exactly.
   */
  readonly by: "share" | "exactShare" | "count";
  /** A label column of which every class is dealt out alike, to within one row; not for "share". */
  readonly stratify?: string;
  /** Of the random numbers, or mixed into the hash. */
  readonly seed?: number;
};

/** Which part a row goes to; called for every row, in order. */
type Deal = (row: Row, index: number) => string | undefined;

/**
 * A data set's rows, dealt out to other splits.
 * @throws {SourceError} If there is no such split or column, or too few rows.
 */
export function resplitSource(dataset: Dataset, options: ResplitOptions): Source {
  const { from, parts } = options;
  const whole = datasetSource(dataset);
  const { [from]: dealt, ...others } = whole.splits;
  if (dealt === undefined) {
    throw new SourceError(
      whole.name,
      `${whole.name} has no split ${from}: it has ${Object.keys(whole.splits).join(", ")}`,
    );
  }
  const taken = Object.keys(others).find((name) => name in parts);
  if (taken !== undefined) {
    throw new SourceError(
      whole.name,
      `${whole.name} has a split ${taken} already, which would be taken as it is: give the new one another name`,
    );
  }
  const { newDeal, sizes } = options.by === "share"
    ? hashDeal(whole.columns, options)
    : quotaDeal(dataset, options);
  const splits = Object.fromEntries(
    Object.keys(parts).map((part, i) => [part, {
      ...(sizes === undefined ? {} : { numItems: sizes[i]! }),
      ...dealtSource(dataset, from, part, newDeal),
    }]),
  );
  return { ...whole, splits: { ...splits, ...others } };
}

function dealtSource(dataset: Dataset, from: string, part: string, newDeal: () => Deal): SplitSource {
  return {
    items: async function* (skip) {
      const deal = newDeal(); // each pass over the rows begins anew
      let left = skip;
      for await (const { row, index } of rowsFrom(dataset.split(from))) {
        if (deal(row, index) === part && left-- <= 0) yield { row };
      }
    },
  };
}

/** A new pass over the rows, and how many each part gets, if that is known before. */
type Dealing = { readonly newDeal: () => Deal; readonly sizes?: readonly number[] };

/** By the first 48 bits of the SHA-256 of what a row holds beside labels and numbers: a share of the hashes for each part. */
function hashDeal(columns: readonly Column[], { parts, seed = 0 }: ResplitOptions): Dealing {
  const content = columns.filter(({ kind }) => kind !== "label" && kind !== "number");
  const hashed = content.length > 0 ? content : columns;
  const deal: Deal = (row) => {
    const hash = createHash("sha256").update(`${seed}`);
    for (const { name } of hashed) {
      const bytes = bytesOf(row[name]!);
      hash.update(`/${bytes.length}/`).update(bytes);
    }
    return partAt(hash.digest().readUIntBE(0, 6) / 2 ** 48, parts);
  };
  return { newDeal: () => deal };
}

/** Draws that meet the number of rows of each class and part: of n rows to come, k of which go to a part, the next goes there with k / n. */
function quotaDeal(dataset: Dataset, { from, parts, by, stratify, seed = 0 }: ResplitOptions): Dealing {
  const split = dataset.split(from);
  const sizes = stratify === undefined ? [split.numRows] : classSizes(dataset, from, stratify);
  const shares = Object.values(parts).map((part) => by === "count" ? part / split.numRows : part);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total > 1 + 1e-9) {
    throw new SourceError(
      dataset.manifest.name,
      `${from} has ${split.numRows} rows, and the parts ask for ${
        Math.round(total * split.numRows)
      }: ask for fewer`,
    );
  }
  const quotas = dealSizes(sizes, shares);
  const prng = stream({ seed, name: "data split" });
  const newDeal = () => {
    const left = [...sizes];
    const leftOf = quotas.map((quota) => [...quota]);
    return (row: Row, index: number) => {
      const group = stratify === undefined ? 0 : row[stratify] as number;
      let at = uniform(prng, index) * left[group]!--;
      const chosen = leftOf[group]!.findIndex((quota) => (at -= quota) < 0);
      if (chosen < 0) return undefined;
      leftOf[group]![chosen]!--;
      return Object.keys(parts)[chosen];
    };
  };
  return { newDeal, sizes: shares.map((_, i) => quotas.reduce((sum, quota) => sum + quota[i]!, 0)) };
}

function classSizes(dataset: Dataset, from: string, column: string): readonly number[] {
  const statistics = dataset.split(from).statistics[column];
  if (statistics !== undefined && "classCounts" in statistics) return statistics.classCounts;
  const labels = dataset.manifest.columns.filter(({ kind }) => kind === "label").map(({ name }) => name);
  throw new SourceError(
    dataset.manifest.name,
    `${dataset.manifest.name} has no label column ${column}: ${
      labels.length === 0 ? "it has no labels to stratify by" : `it has ${labels.join(", ")}`
    }`,
  );
}

/**
 * Rows of each class for each part, [class][part]: of each class the whole rows of its share, then one more for the parts that are
 * furthest behind over all classes so far, until the class has given what it should.
 */
function dealSizes(sizes: readonly number[], shares: readonly number[]): number[][] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const dealt = shares.map(() => 0);
  let rows = 0;
  return sizes.map((size) => {
    rows += size;
    const quotas = shares.map((share) => Math.floor(share * size + 1e-9));
    quotas.forEach((quota, i) => dealt[i]! += quota);
    const missing = Math.round(total * rows) - dealt.reduce((sum, n) => sum + n, 0);
    const behind = shares.map((share, i) => ({ i, rows: share * rows - dealt[i]! }));
    for (const { i } of behind.sort((a, b) => b.rows - a.rows).slice(0, Math.max(0, missing))) {
      quotas[i]!++;
      dealt[i]!++;
    }
    return quotas;
  });
}

function partAt(place: number, parts: Readonly<Record<string, number>>): string | undefined {
  let at = place;
  return Object.entries(parts).find(([, share]) => (at -= share) < 0)?.[0];
}

function bytesOf(value: Value): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (typeof value === "number") return new Uint8Array(Float64Array.of(value).buffer);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
