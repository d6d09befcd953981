import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import { parseCsv } from "./_parse_csv.ts";
import { sortedEntries } from "./_sorted_entries.ts";

/** A file that may be an image of a data set. */
export type ListedFile = {
  /** Within the folder, with slashes. */
  readonly path: string;
  /** Its class, if it has one. */
  readonly className?: string;
  /** Why it is not to be read. */
  readonly problem?: string;
};

/** Where a table has what. */
export type TableColumns = {
  readonly csv: string;
  readonly file: string;
  readonly label: string;
  readonly split: string;
};

/**
 * Every file below a folder, by name in the order of UTF-16, folder by folder; its class is the folder at the top that it is in. Links
 * are followed to files within the folder only. Only the names of the folders on the way are held.
 */
export async function* listFolder(root: string): AsyncGenerator<ListedFile> {
  yield* list(root, await Deno.realPath(root), "");
}

async function* list(root: string, realRoot: string, within: string): AsyncGenerator<ListedFile> {
  for (const { name, isDirectory, isFile } of await sortedEntries(`${root}/${within}`)) {
    const path = `${within}${name}`;
    if (isDirectory) {
      yield* list(root, realRoot, `${path}/`);
      continue;
    }
    const file = within === "" ? { path } : { path, className: path.slice(0, path.indexOf("/")) };
    const problem = isFile ? undefined : await problemBehind(`${root}/${path}`, realRoot);
    yield problem === undefined ? file : { ...file, problem };
  }
}

/** What speaks against following a link or a name; nothing if it is a file within the folder. */
async function problemBehind(path: string, realRoot: string): Promise<string | undefined> {
  try {
    const target = await Deno.realPath(path);
    if (target !== realRoot && !target.startsWith(`${realRoot}/`)) return "leads out of the folder";
    return (await Deno.stat(target)).isFile ? undefined : "is no file";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "leads out of the folder"; // to where nothing may be read
    return "is not there"; // or leads in a circle
  }
}

/**
 * The files that a CSV table names, in its order, by split: the one that its column says, or "train".
 * @throws {SourceError} If the table cannot be read, has not the columns, or lines of different lengths.
 */
export async function listTable(
  root: string,
  { csv, file, label, split }: TableColumns,
): Promise<Map<string, ListedFile[]>> {
  const [header = [], ...lines] = await readTable(csv);
  const [fileAt, labelAt, splitAt] = [file, label, split].map((name) => header.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (fileAt < 0 || labelAt < 0) {
    throw new SourceError(
      csv,
      `${csv} has the columns ${header.join(", ")}: it needs ${file} and ${label}, or say others`,
    );
  }
  const realRoot = await Deno.realPath(root);
  const splits = new Map<string, ListedFile[]>();
  for (const [i, line] of lines.entries()) {
    if (line.length !== header.length) {
      const found = `${line.length} fields in row ${i + 1} instead of ${header.length}`;
      throw new SourceError(csv, `${csv} has ${found}: mend that row`);
    }
    const name = splitAt < 0 ? "train" : line[splitAt]!;
    if (!splits.has(name)) splits.set(name, []);
    splits.get(name)!.push(await listedFile(root, realRoot, line[fileAt]!, line[labelAt]!));
  }
  return splits;
}

async function listedFile(root: string, realRoot: string, path: string, label: string): Promise<ListedFile> {
  const leaves = path.startsWith("/") || path.split(/[/\\]/).includes("..");
  const problem = leaves ? "leads out of the folder" : await problemBehind(`${root}/${path}`, realRoot);
  return {
    path,
    ...(label === "" ? {} : { className: label }),
    ...(problem === undefined ? {} : { problem }),
  };
}

async function readTable(csv: string): Promise<string[][]> {
  try {
    return parseCsv(await Deno.readTextFile(csv));
  } catch (cause) {
    if (isMissing(cause)) throw new SourceError(csv, `There is no table ${csv}: name a CSV file`, { cause });
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SourceError(csv, `${csv} is no table (${cause.message}): mend that line`, { cause });
  }
}
