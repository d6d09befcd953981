import { Buffer } from "node:buffer";
import type { Column, LabelColumn } from "../shards/column.ts";
import type { Row, Value } from "../shards/rows.ts";
import { formatBytes } from "../terminal/format_bytes.ts";
import { formatDuration, numbered } from "./_describe.ts";
import { className } from "./_samples.ts";
import { formatCells } from "./_table.ts";

const TEXT_WIDTH = 60;

/** Rows as a table, one line each. */
export function formatHead(rows: readonly Row[], first: number, columns: readonly Column[]): string {
  const head = ["row", ...columns.map(({ name }) => name)];
  const cells = rows.map((
    row,
    i,
  ) => [`${first + i}`, ...columns.map((column) => cell(column, row[column.name]!))]);
  return formatCells([head, ...cells], ">" + "<".repeat(columns.length)).join("\n");
}

function cell(column: Column, value: Value): string {
  switch (column.kind) {
    case "label":
      return className(column, value as number);
    case "number":
      return `${value as number}`;
    case "text":
      return shortened(JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"'));
    case "image":
      return `${column.shape.join(" × ")}, ${meanOf(value as Uint8Array)}`;
    case "waveform":
      return formatDuration((value as Float32Array).length / column.sampleRate);
    case "tokens": {
      const tokens = value as Int32Array;
      return shortened(`${numbered(tokens.length, "token")}: ${tokens.subarray(0, 16).join(" ")}`);
    }
    default:
      return `${formatOf(value as Uint8Array)}, ${formatBytes((value as Uint8Array).length)}`;
  }
}

/** Which kind of file begins like this. */
function formatOf(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith("\x89PNG")) return "PNG";
  if (start.startsWith("\xff\xd8")) return "JPEG";
  if (start.startsWith("GIF8")) return "GIF";
  if (start.startsWith("fLaC")) return "FLAC";
  if (start.startsWith("RIFF")) return start.slice(8) === "WEBP" ? "WebP" : "WAV";
  return "file";
}

function meanOf(pixels: Uint8Array): string {
  return `mean ${(pixels.reduce((sum, value) => sum + value, 0) / pixels.length).toFixed(1)}`;
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length <= TEXT_WIDTH ? text : `${letters.slice(0, TEXT_WIDTH - 1).join("")}…`;
}

/** A row as one line of JSON: bytes in base 64, labels as numbers with their class beside them. */
export function rowAsJson(row: Row, index: number, columns: readonly Column[]): string {
  const fields = columns.flatMap((column): [string, unknown][] => {
    const value = row[column.name]!;
    if (column.kind !== "label") return [[column.name, plain(value)]];
    return [[column.name, value], ...classField(column, value as number, columns)];
  });
  return JSON.stringify({ row: index, ...Object.fromEntries(fields) });
}

function classField(column: LabelColumn, label: number, columns: readonly Column[]): [string, string][] {
  const name = `${column.name}Class`;
  const isFree = columns.every((column) => column.name !== name);
  return isFree && column.classNames[label] !== undefined ? [[name, column.classNames[label]]] : [];
}

function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" ? [...value] : value;
}
