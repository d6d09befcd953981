/**
 * Several data sets as one.
 * @module
 */
import type { Column, LabelColumn } from "../shards/column.ts";
import type { Dataset } from "../shards/open_dataset.ts";
import type { Row } from "../shards/rows.ts";
import { SourceError } from "../source_error.ts";
import { rowsSource } from "./dataset_source.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** What becomes of several sets. */
export type MergeOptions = {
  /** Of the new set. */
  readonly name: string;
  /** Whether sets may name other classes: then the new set has the classes of all, each name once. */
  readonly uniteClasses?: boolean;
};

/**
 * The rows of several data sets with the same columns, set after set; splits of the same name become one.
 * @param datasets At least one, open until the last row is taken.
 * @throws {SourceError} If their columns differ, or their classes unless those may be united.
 */
export function mergeSource(
  datasets: readonly Dataset[],
  { name, uniteClasses = false }: MergeOptions,
): Source {
  const manifests = datasets.map(({ manifest }) => manifest);
  const columns = manifests[0]!.columns.map((first) => {
    const same = manifests.map((manifest) => counterpart(first, manifest));
    return first.kind === "label"
      ? { ...first, classNames: unite(same as LabelColumn[], uniteClasses) }
      : first;
  });
  for (const manifest of manifests) {
    const extra = manifest.columns.find((column) => columns.every(({ name }) => name !== column.name));
    if (extra) {
      throw differs(manifest.name, `it has a column ${extra.name}, which ${manifests[0]!.name} has not`);
    }
  }
  const splitNames = [...new Set(manifests.flatMap(({ splits }) => Object.keys(splits)))];
  return {
    name,
    source: [...new Set(manifests.map(({ source }) => source))].join("; "),
    licence: [...new Set(manifests.map(({ licence }) => licence))].join("; "),
    columns,
    splits: Object.fromEntries(splitNames.map((split) => [split, joined(datasets, split, columns)])),
  };
}

/** The column of another set that is to stand with `first`. */
function counterpart(first: Column, manifest: Dataset["manifest"]): Column {
  const other = manifest.columns.find(({ name }) => name === first.name);
  if (other === undefined) throw differs(manifest.name, `it has no column ${first.name}`);
  if (typeOf(other) !== typeOf(first)) {
    throw differs(manifest.name, `its column ${first.name} is ${typeOf(other)}, not ${typeOf(first)}`);
  }
  return other;
}

function differs(name: string, how: string): SourceError {
  return new SourceError(
    name,
    `${name} cannot be merged: ${how}; import the sets so that their columns are equal`,
  );
}

function typeOf(column: Column): string {
  if (column.kind === "image") return `images of ${column.shape.join(" × ")}`;
  return column.kind === "waveform" ? `sound at ${column.sampleRate} Hz` : column.kind;
}

function unite(columns: readonly LabelColumn[], mayDiffer: boolean): readonly string[] {
  const [first, ...others] = columns.map(({ classNames }) => classNames);
  const isSame = others.every((names) =>
    names.length === first!.length && names.every((name, i) => name === first![i])
  );
  if (isSame) return first!;
  const column = columns[0]!.name;
  if (columns.some(({ classNames }) => classNames.length === 0)) {
    throw new SourceError(
      column,
      `The classes of ${column} have names in one set and none in another: name them in all`,
    );
  }
  if (mayDiffer) return [...new Set([first!, ...others].flat())];
  const other = others.flat().find((name) => !first!.includes(name));
  throw new SourceError(
    column,
    `The classes of ${column} differ${
      other === undefined ? " in number or order" : `: "${other}" is not in the first set`
    }; --unite-classes gives the new set the classes of all`,
  );
}

function joined(datasets: readonly Dataset[], split: string, columns: readonly Column[]): SplitSource {
  const parts = datasets.filter(({ manifest }) => split in manifest.splits).map((dataset) => ({
    source: rowsSource(dataset.split(split), columns),
    relabel: relabelling(dataset.manifest.columns, columns),
  }));
  return {
    numItems: parts.reduce((sum, { source }) => sum + source.numItems!, 0),
    items: async function* (from) {
      let skip = from;
      for (const { source, relabel } of parts) {
        const numItems = source.numItems!;
        if (skip < numItems) yield* mapped(source.items(skip), relabel);
        skip = Math.max(0, skip - numItems);
      }
    },
  };
}

async function* mapped(
  items: AsyncIterable<SourceItem>,
  change: (row: Row) => Row,
): AsyncGenerator<SourceItem> {
  for await (const item of items) yield "row" in item ? { row: change(item.row) } : item;
}

/** Gives a row of one set the labels that its classes have in all of them. */
function relabelling(from: readonly Column[], to: readonly Column[]): (row: Row) => Row {
  const maps = from.flatMap((column) => {
    const target = to.find(({ name }) => name === column.name);
    if (column.kind !== "label" || target?.kind !== "label") return [];
    return [{ name: column.name, labels: column.classNames.map((name) => target.classNames.indexOf(name)) }];
  }).filter(({ labels }) => labels.some((label, i) => label !== i));
  if (maps.length === 0) return (row) => row;
  return (row) => ({
    ...row,
    ...Object.fromEntries(maps.map(({ name, labels }) => [name, labels[row[name] as number]!])),
  });
}
