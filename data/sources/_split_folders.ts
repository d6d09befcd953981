import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import { sortedEntries } from "./_sorted_entries.ts";

const splitNames = ["train", "val", "valid", "validation", "dev", "test"];

/**
 * The folder of each split, by the split's name: a folder that holds nothing but folders with names of splits has these, any other is "train".
 * @param wanted What the folder should hold, for the one who named another.
 * @throws {SourceError} If there is no such folder.
 */
export async function splitFolders(path: string, wanted: string): Promise<Record<string, string>> {
  const entries = await sortedEntries(path).catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
    throw new SourceError(path, `There is no folder ${path}: name one with ${wanted} in it`, { cause });
  });
  const areSplits = entries.length > 0 && entries.every((e) => e.isDirectory && splitNames.includes(e.name));
  return areSplits
    ? Object.fromEntries(entries.map(({ name }) => [name, `${path}/${name}`]))
    : { train: path };
}

/** The names of the folders that are classes, in all splits. */
export async function classFolders(roots: readonly string[]): Promise<string[]> {
  const entries = (await Promise.all(roots.map(sortedEntries))).flat();
  return [...new Set(entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name))].sort();
}
