import { nearestName } from "@lacuna/tensor/nearest-name";
import { isMissing } from "../_is_missing.ts";
import { openDatasetAt } from "../remote/open_dataset_at.ts";
import { type Dataset, openDataset } from "../shards/open_dataset.ts";
import { UsageError } from "./usage_error.ts";

/** Where data sets stand that are called by a name alone. */
export const DATA_FOLDER = ".lacuna/data";

/** The folder of a set: a path as it is, a name alone below `DATA_FOLDER`. */
export function setFolder(nameOrPath: string): string {
  if (/^https?:/.test(nameOrPath)) return nameOrPath.replace(/\?.*/s, ""); // the query may be a secret
  const path = nameOrPath.replace(/(?<=.)\/+$/, "");
  return path.includes("/") || path === "." || path === ".." ? path : `${DATA_FOLDER}/${path}`;
}

/** Path of a file in a set's folder; of a set behind a URL, in `DATA_FOLDER`. */
export function besideSet(nameOrPath: string, file: string): string {
  const folder = setFolder(nameOrPath);
  return `${/^https?:/.test(folder) ? DATA_FOLDER : folder}/${file}`;
}

/**
 * Opens a set by its name, its folder, or the URL of its folder or manifest.
 * @throws {UsageError} If there is none of that name, naming those that there are.
 */
export async function openSet(nameOrPath: string): Promise<Dataset> {
  if (!/^https?:/.test(nameOrPath)) return await openDataset(await requireSet(nameOrPath));
  return (await openDatasetAt(nameOrPath, { cacheBytes: 0 })).dataset; // what is looked at once is not kept
}

/**
 * The folder of a set that there is.
 * @throws {UsageError} If there is none of that name, naming those that there are.
 */
export async function requireSet(nameOrPath: string): Promise<string> {
  if (/^https?:/.test(nameOrPath)) {
    throw new UsageError(`${setFolder(nameOrPath)} is not on this machine: give the folder of a set that is`);
  }
  const folder = setFolder(nameOrPath);
  if (!await hasManifest(folder)) throw new UsageError(await whatThereIs(nameOrPath, folder));
  return folder;
}

/** Whether there is a data set in the folder, whole or not. */
export async function hasManifest(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${folder}/manifest.json`)).isFile;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function whatThereIs(name: string, folder: string): Promise<string> {
  const wanted = `There is no data set in ${folder}`;
  const known = await namedSets();
  const near = nearestName(name.split("/").at(-1)!, known);
  if (near !== undefined) return `${wanted}: did you mean ${near}?`;
  return known.length === 0
    ? `${wanted}: \`deno task data import\` brings one`
    : `${wanted}: there are ${known.join(", ")}`;
}

/** Names of the sets below `DATA_FOLDER`. */
async function namedSets(): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(DATA_FOLDER)) {
      if (await hasManifest(`${DATA_FOLDER}/${name}`)) names.push(name);
    }
  } catch (error) {
    if (!isMissing(error) && !(error instanceof Deno.errors.NotCapable)) throw error;
  }
  return names.sort();
}
