import * as v from "valibot";
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
export async function readJournal(folder: string): Promise<Journal | undefined> {
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
