import { printable } from "../terminal/printable.ts";
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
  return (line) => terminal.write(`${printable(line)}\n`);
}
