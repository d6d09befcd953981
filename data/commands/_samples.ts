import { permutation, stream } from "@lacuna/random";
import type { LabelColumn } from "../shards/column.ts";
import type { Split } from "../shards/open_dataset.ts";
import { rowAt } from "../shards/row_at.ts";
import type { Row, Value } from "../shards/rows.ts";

/** A row to look at. */
export type Sample = {
  /** In its split. */
  readonly index: number;
  readonly row: Row;
};

/** Samples of one class, or of all where there are none or too many of them. */
export type SampleGroup = {
  /** Undefined where the samples are of all classes. */
  readonly className?: string;
  /** Rows in the split that the group stands for. */
  readonly numRows: number;
  readonly samples: readonly Sample[];
};

const MAX_BLOCKS = 32; // that are read for samples
const MAX_CLASSES = 24; // that have a group of their own

/** The first label column, if there is one. */
export function labelColumn(split: Split): LabelColumn | undefined {
  return split.columns.find((column) => column.kind === "label");
}

/** Whether there is anything to tell rows apart by. */
export function hasClasses(split: Split): boolean {
  const column = labelColumn(split);
  const statistics = column && split.statistics[column.name];
  return statistics !== undefined && "classCounts" in statistics &&
    statistics.classCounts.filter((n) => n > 0).length > 1;
}

/** What a label means. */
export function className({ classNames }: LabelColumn, label: number): string {
  return classNames[label] ?? `${label}`;
}

/**
 * Rows from all over a split, the same ones each time: by class where there are few classes.
 * @param perGroup Samples of a class.
 * @param inAll Samples where there are no classes, or too many.
 */
export async function collectSamples(split: Split, perGroup: number, inAll: number): Promise<SampleGroup[]> {
  const column = labelColumn(split);
  const statistics = column && split.statistics[column.name];
  const counts = statistics && "classCounts" in statistics ? statistics.classCounts : [];
  const classes = [...counts.keys()].filter((label) => counts[label]! > 0);
  if (column === undefined || classes.length < 2 || classes.length > MAX_CLASSES) {
    const samples = await pick(split, () => 0, new Map([[0, inAll]]));
    return [{ numRows: split.numRows, samples: samples.get(0)! }];
  }
  const wanted = new Map(classes.map((label) => [label, Math.min(perGroup, counts[label]!)]));
  const samples = await pick(split, (row) => row[column.name] as number, wanted);
  return classes.map((label) => ({
    className: className(column, label),
    numRows: counts[label]!,
    samples: samples.get(label)!,
  }));
}

/** A fair part from each of some blocks; if that is not enough, as rare classes are not in all of them, as much as there is. */
async function pick(
  split: Split,
  groupOf: (row: Row) => number,
  wanted: ReadonlyMap<number, number>,
): Promise<Map<number, Sample[]>> {
  const found = new Map([...wanted.keys()].map((group) => [group, new Map<number, Sample>()]));
  const missing = (group: number) => wanted.get(group)! - found.get(group)!.size;
  const numBlocks = Math.min(MAX_BLOCKS, split.numBlocks);
  for (const isFair of [true, false]) {
    for (const [nth, block] of spread(split.numBlocks, numBlocks).entries()) {
      if ([...wanted.keys()].every((group) => missing(group) === 0)) break;
      const rows = await split.readBlock(block);
      const share = isFair ? 1 / (numBlocks - nth) : 1;
      const room = new Map([...wanted.keys()].map((group) => [group, Math.ceil(missing(group) * share)]));
      for (const i of permutation(rows.numRows, stream({ seed: 0, name: "data samples", sample: block }))) {
        const row = rowAt(rows, i), group = groupOf(row), index = rows.first + i;
        if ((room.get(group) ?? 0) === 0 || found.get(group)!.has(index)) continue;
        room.set(group, room.get(group)! - 1);
        found.get(group)!.set(index, { index, row: copied(row) });
      }
    }
  }
  const inOrder = (samples: ReadonlyMap<number, Sample>) =>
    [...samples.values()].sort((a, b) => a.index - b.index);
  return new Map([...found].map(([group, samples]) => [group, inOrder(samples)]));
}

/** k of the numbers below n, evenly spread. */
function spread(n: number, k: number): number[] {
  return Array.from({ length: k }, (_, i) => Math.floor((i + 0.5) * n / k));
}

/** A row that does not keep its block in memory. */
function copied(row: Row): Row {
  const copy = (value: Value) => typeof value === "object" ? value.slice() : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copy(value)]));
}
