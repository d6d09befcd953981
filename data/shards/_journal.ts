import * as v from "valibot";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import { isMissing } from "../_is_missing.ts";
import { ShardError } from "../shard_error.ts";
import { writeAtomically } from "../write_atomically.ts";
import { parseSealedJson, sealedJson } from "./_sealed_json.ts";
import type { Column } from "./column.ts";
import type { Compression, ShardEntry } from "./manifest.ts";

/** What is done of an import: enough to go on with it as if it had never stopped. */
export type Journal = {
  readonly format: 1;
  /** What is imported, and how; another source or other options cannot go on. */
  readonly of: ImportFacts;
  /** Fixed by the first rows; absent until the first shard is done. */
  readonly sizes?: ShardSizes;
  readonly splits: Readonly<Record<string, SplitProgress>>;
};

export type ImportFacts = {
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly columns: readonly Column[];
  readonly splits: Readonly<Record<string, number | null>>; // items, if the source knows
  readonly compression: Compression;
  readonly shardBytes: number;
  readonly rowsPerBlock: number | null; // as asked for
};

export type ShardSizes = { readonly rowsPerBlock: number; readonly rowsPerShard: number };

export type SplitProgress = {
  /** Items of the source that have become rows of `shards`, or were dropped before the last of those. */
  readonly items: number;
  /** How many of them were dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** SHA-256 of the last item: it must be the same when the import goes on. */
  readonly last: string | null;
  readonly shards: readonly ShardEntry[];
  /** Whether there are no more items. */
  readonly done: boolean;
};

export const NOTHING_YET: SplitProgress = { items: 0, dropped: {}, last: null, shards: [], done: false };

const form = v.object({ format: v.literal(1), of: v.object({}), splits: v.record(v.string(), v.object({})) });

/**
 * The journal in a folder, if there is one.
 * @throws {ShardError} "manifest", if it is not a journal.
 */
async function readJournal(folder: string): Promise<Journal | undefined> {
  const file = journalFile(folder);
  const bytes = await Deno.readFile(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    const journal: unknown = parseSealedJson(bytes);
    v.assert(form, journal);
    return journal as unknown as Journal; // we wrote it, whole or not at all
  } catch (error) {
    throw new ShardError(
      file,
      "manifest",
      `it is no journal of an import (${(error as Error).message}), so that nobody can go on`,
    );
  }
}

/** @throws {StorageError} If the disk is full. */
export function writeJournal(folder: string, journal: Journal): void {
  writeAtomically(journalFile(folder), sealedJson(journal));
}

export function journalFile(folder: string): string {
  return `${folder}/import.json`;
}

/**
 * The journal of the same import, if it has begun; otherwise a new one.
 * @throws {SourceError} If another one has begun.
 * @throws {StorageError} If a finished data set stands there.
 */
export async function startJournal(folder: string, of: ImportFacts): Promise<Journal> {
  const journal = await readJournal(folder);
  if (journal === undefined) {
    await refuseIfThere(folder);
    const fresh: Journal = { format: 1, of, splits: {} };
    writeJournal(folder, fresh);
    return fresh;
  }
  for (const key of Object.keys(of) as (keyof ImportFacts)[]) {
    const [was, is] = [JSON.stringify(journal.of[key]), JSON.stringify(of[key])];
    if (was === is) continue;
    throw new SourceError(
      of.source,
      `The import of ${journal.of.name} in ${folder} cannot go on: its ${key} was ${was} and is now ${is}; ` +
        `import the same, choose another folder, or begin anew with \`replace\``,
    );
  }
  return journal;
}

async function refuseIfThere(folder: string): Promise<void> {
  const file = `${folder}/manifest.json`;
  const there = await Deno.stat(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  if (there !== undefined) {
    throw new StorageError(file, new Error("a data set stands there, which is lost only with `replace`"));
  }
}
