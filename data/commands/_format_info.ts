import type { LabelColumn } from "../shards/column.ts";
import type { ClassStatistics, Manifest, SplitManifest } from "../shards/manifest.ts";
import { formatBytes } from "../terminal/format_bytes.ts";
import {
  count,
  describeColumn,
  describeDropped,
  describeStatistics,
  numbered,
  totalBytes,
  totalRows,
} from "./_describe.ts";
import { className } from "./_samples.ts";
import { formatCells } from "./_table.ts";

const MAX_CLASSES = 30; // with a line of their own
const BAR_WIDTH = 32;

/** What a manifest says, for a terminal. */
export function formatInfo(manifest: Manifest, folder: string): string {
  const { name, source, licence, compression, rowsPerBlock, splits, columns } = manifest;
  const numShards = Object.values(splits).reduce((sum, { shards }) => sum + shards.length, 0);
  const packed = compression === "none" ? "not compressed" : `compressed with ${compression}`;
  const facts = [
    ["source", source],
    ["licence", licence],
    ["left out", describeDropped(manifest)],
    ["shards", `${numbered(numShards, "Arrow file")}, ${packed}, blocks of ${numbered(rowsPerBlock, "row")}`],
    ["folder", folder],
    ...columns.map((column, i) => [i === 0 ? "columns" : "", `${column.name}: ${describeColumn(column)}`]),
  ];
  return [
    `${name}: ${numbered(totalRows(manifest), "row")}, ${formatBytes(totalBytes(manifest))}`,
    "",
    ...formatCells(facts, "<<"),
    ...Object.entries(splits).flatMap(([split, entry]) => ["", ...formatSplit(manifest, split, entry)]),
  ].join("\n");
}

function formatSplit({ columns }: Manifest, name: string, split: SplitManifest): string[] {
  const bytes = split.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = columns.map((column) => {
    const statistics = split.statistics[column.name]!;
    return [`  ${column.name}`, describeStatistics(column, statistics)];
  });
  const histograms = columns.flatMap((column) => {
    const statistics = split.statistics[column.name]!;
    return column.kind === "label" ? ["", ...histogram(column, statistics as ClassStatistics)] : [];
  });
  return [
    `${name}: ${numbered(split.rows, "row")}, ${numbered(split.shards.length, "shard")}, ${
      formatBytes(bytes)
    }, content ${split.contentHash.slice(0, 12)}`,
    ...formatCells(lines, "<<"),
    ...histograms,
  ];
}

/** A bar for each class, the most frequent ones where there are many. */
function histogram(column: LabelColumn, { classCounts }: ClassStatistics): string[] {
  const all = classCounts.map((rows, label) => ({ name: className(column, label), rows }));
  const shown = all.length <= MAX_CLASSES
    ? all
    : all.toSorted((a, b) => b.rows - a.rows).slice(0, MAX_CLASSES);
  const most = Math.max(1, ...classCounts);
  const lines = formatCells(
    shown.map(({ name, rows }) => [`  ${name}`, count(rows), bar(rows / most)]),
    "<><",
  );
  const left = all.length - shown.length;
  return left === 0
    ? lines
    : [...lines, `  … and ${numbered(left, "class", "classes")} more, with fewer rows each`];
}

/** To an eighth of a letter. */
function bar(share: number): string {
  const eighths = Math.round(share * BAR_WIDTH * 8);
  return "█".repeat(Math.floor(eighths / 8)) + " ▏▎▍▌▋▊▉"[eighths % 8]!.trim();
}
