import { InvalidArgumentError } from "commander";
import type { Terminal } from "../terminal/terminal.ts";
import type { Dataset, Split } from "../shards/open_dataset.ts";
import { openSet } from "./_open_set.ts";
import { UsageError } from "./usage_error.ts";

/** Opens a set for as long as `use` takes. */
export async function withSet<T>(name: string, use: (dataset: Dataset) => Promise<T>): Promise<T> {
  const dataset = await openSet(name);
  try {
    return await use(dataset);
  } finally {
    dataset.close();
  }
}

/** The split that is named, or the first. */
export function splitOf(dataset: Dataset, name: string | undefined): Split {
  const names = Object.keys(dataset.manifest.splits);
  try {
    return dataset.split(name ?? names[0]!);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Writes a line. */
export function sayer(terminal: Terminal): (line: string) => void {
  return (line) => terminal.write(`${line}\n`);
}

/** A whole number from `min` on, as an option's value. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const number = Number(text.replaceAll(/[,_](?=\d{3})/g, ""));
    if (/^[\d,_]+$/.test(text) && Number.isSafeInteger(number) && number >= min) return number;
    throw new InvalidArgumentError(`Write a whole number from ${min} on`);
  };
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** Bytes, as "64Mi", "500M" or "100000". */
export function byteCount(text: string): number {
  const [, digits = "", unit = ""] =
    /^(\d+(?:\.\d+)?)\s*([kMG]i?)?B?$/.exec(text.replace(/^(\d+(?:\.\d+)?\s*)K/, "$1k")) ?? [];
  const factor = units[unit === "ki" ? "Ki" : unit];
  if (digits !== "" && factor !== undefined && Number(digits) > 0) return Math.round(Number(digits) * factor);
  throw new InvalidArgumentError("Write a number of bytes, such as 64Mi or 500M");
}
