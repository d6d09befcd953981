import { SourceError } from "../source_error.ts";
import { expandPaths } from "./_expand_paths.ts";
import type { SplitPaths } from "./split_paths.ts";

/** Each split's files, in order, and what to call them all in a manifest. */
export async function splitFiles(
  paths: SplitPaths,
  endings: readonly string[],
): Promise<{ readonly splits: readonly (readonly [string, readonly string[]])[]; readonly source: string }> {
  const isForOne = typeof paths === "string" || Array.isArray(paths);
  const bySplit = (isForOne ? { train: paths } : paths) as Readonly<
    Record<string, string | readonly string[]>
  >;
  const splits: [string, string[]][] = [];
  for (const [split, among] of Object.entries(bySplit)) {
    splits.push([split, await expandPaths(among, endings)]);
  }
  if (!splits.some(([, files]) => files.length > 0)) {
    throw new SourceError("paths", "There is nothing to read: give the paths of files or folders");
  }
  return { splits, source: Object.values(bySplit).flat().join(", ") };
}
