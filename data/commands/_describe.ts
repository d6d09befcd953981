import type { Column } from "../shards/column.ts";
import type { ColumnStatistics, Manifest } from "../shards/manifest.ts";
import { formatBytes } from "../terminal/format_bytes.ts";

/** 59868 as "59,868". */
export function count(n: number): string {
  return n.toLocaleString("en");
}

/** "1 row", "2 rows". */
export function numbered(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** What the values of a column are. */
export function describeColumn(column: Column): string {
  switch (column.kind) {
    case "image":
      return `pixels ${column.shape.join(" × ")}`;
    case "label":
      return column.classNames.length === 0
        ? "labels"
        : `labels of ${numbered(column.classNames.length, "class", "classes")}`;
    case "waveform":
      return `sound at ${count(column.sampleRate)} Hz`;
    case "encodedImage":
      return "images as files";
    case "encodedAudio":
      return "sounds as files";
    case "text":
      return "text";
    case "tokens":
      return "tokens";
    case "number":
      return "numbers";
  }
}

/** What the values of a column are like, but for the counts of classes. */
export function describeStatistics(column: Column, statistics: ColumnStatistics): string {
  if ("classCounts" in statistics) {
    const counts = statistics.classCounts, [least, most] = [Math.min(...counts), Math.max(...counts)];
    return least === most
      ? `${numbered(most, "row")} a class`
      : `${count(least)} to ${numbered(most, "row")} a class`;
  }
  if ("minLength" in statistics) {
    const { minLength, maxLength, meanLength } = statistics;
    if (minLength === maxLength) return `${lengthOf(column, minLength)} each`;
    return `${lengthOf(column, minLength)} to ${lengthOf(column, maxLength)}, ${
      lengthOf(column, meanLength)
    } on average`;
  }
  if ("min" in statistics) {
    const { mean, std, min, max } = statistics;
    return `${short(min)} to ${short(max)}, mean ${short(mean)}, std ${short(std)}`;
  }
  const list = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(" ");
  return `mean ${list(statistics.mean)}, std ${list(statistics.std)}`;
}

function lengthOf(column: Column, length: number): string {
  if (column.kind === "waveform") return formatDuration(length / column.sampleRate);
  if (column.kind === "tokens") return numbered(Math.round(length), "token");
  return formatBytes(length);
}

/** Seconds of a sound: "0.48 s", "12.3 s", "3:20 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toPrecision(seconds < 1 ? 2 : 3)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

/** A number with four digits at most, where that loses little. */
export function short(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? count(value) : `${Number(value.toPrecision(4))}`;
}

/** Rows of all splits. */
export function totalRows({ splits }: Manifest): number {
  return Object.values(splits).reduce((sum, { rows }) => sum + rows, 0);
}

/** Bytes of all shards. */
export function totalBytes({ splits }: Manifest): number {
  return Object.values(splits).flatMap(({ shards }) => shards).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** "59,868 train and 10,078 test". */
export function splitSizes({ splits }: Manifest): string {
  return Object.entries(splits).map(([name, { rows }]) => `${count(rows)} ${name}`).join(", ");
}

/** Reasons and counts of what was left out. */
export function describeDropped({ dropped }: Manifest): string {
  const reasons = Object.entries(dropped).filter(([, n]) => n > 0);
  return reasons.length === 0 ? "nothing" : reasons.map(([reason, n]) => `${count(n)} ${reason}`).join(", ");
}
