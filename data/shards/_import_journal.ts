import * as v from "valibot";
import { isMissing } from "../_is_missing.ts";
import { ShardError } from "../shard_error.ts";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import { writeAtomically } from "../write_atomically.ts";
import { parseSealedJson, sealedJson } from "./_sealed_json.ts";
import type { Column } from "./column.ts";
import type { Compression, ShardEntry } from "./manifest.ts";

/** What is imported, and how; another source or other options cannot go on. */
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

/** Of all splits, fixed by the first rows. */
export type ShardSizes = { readonly rowsPerBlock: number; readonly rowsPerShard: number };

/** How far a split is, after a shard. */
export type Step = {
  readonly split: string;
  readonly sizes: ShardSizes;
  /** Items of the source that have become rows, or were dropped before the last of those. */
  readonly items: number;
  /** How many of them were dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** SHA-256 of the last item: it must be the same when the import goes on. */
  readonly last: string | null;
  /** What was written since the step before; nothing if the shard before it was the last and nobody knew. */
  readonly shard: ShardEntry | null;
  /** Whether there are no more items. */
  readonly done: boolean;
};

const FILE = "import.jsonl";
const header = v.object({ format: v.literal(1), of: v.object({ name: v.string() }) });
const step = v.object({ split: v.string(), sizes: v.object({}), dropped: v.record(v.string(), v.number()) });

/** What is done of an import, a line for each shard, and enough to go on with it as if it had never stopped. */
export class ImportJournal {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #steps = new Map<string, Step[]>();

  private constructor(path: string, file: Deno.FsFile, steps: readonly Step[]) {
    this.#path = path;
    this.#file = file;
    for (const step of steps) this.#note(step);
  }

  /**
   * Goes on with the journal in a folder, or begins one.
   * @throws {SourceError} If it is that of another import.
   * @throws {StorageError} If a finished data set stands there, or nothing can be written.
   * @throws {ShardError} "manifest", if it is damaged.
   */
  static async open(folder: string, of: ImportFacts): Promise<ImportJournal> {
    const path = `${folder}/${FILE}`;
    let lines = await readLines(path);
    if (lines === undefined || parseLines(path, lines).length === 1) { // nothing is done that could be lost
      await refuseIfThere(folder);
      lines = [sealedJson({ format: 1, of })];
      writeAtomically(path, lines[0]!);
    }
    const [first, ...steps] = parseLines(path, lines);
    requireSame(folder, first!.of, of);
    const file = storing(path, () => {
      const file = Deno.openSync(path, { write: true });
      const length = lines.reduce((sum, line) => sum + new TextEncoder().encode(line).length, 0);
      file.truncateSync(length); // half a line may follow, of a step that was cut short
      file.seekSync(length, Deno.SeekMode.Start);
      return file;
    });
    return new ImportJournal(path, file, steps as unknown as Step[]);
  }

  /** Absent until the first shard is done. */
  get sizes(): ShardSizes | undefined {
    return this.#steps.values().next().value?.[0]?.sizes;
  }

  /** What is done of a split, in order. */
  steps(split: string): readonly Step[] {
    return this.#steps.get(split) ?? [];
  }

  /** Items of all splits that were dropped, by reason. */
  dropped(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const steps of this.#steps.values()) {
      for (const [reason, count] of Object.entries(steps.at(-1)!.dropped)) {
        sum[reason] = (sum[reason] ?? 0) + count;
      }
    }
    return sum;
  }

  /**
   * Takes note of a step, and waits for the disk.
   * @throws {StorageError} If the disk is full.
   */
  add(step: Step): void {
    const line = new TextEncoder().encode(sealedJson(step));
    storing(this.#path, () => {
      for (let written = 0; written < line.length;) written += this.#file.writeSync(line.subarray(written));
      this.#file.syncSync();
    });
    this.#note(step);
  }

  /** Ends the import: nothing is left to go on with. */
  remove(): void {
    Deno.removeSync(this.#path);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  #note(step: Step): void {
    const steps = this.#steps.get(step.split) ?? [];
    steps.push(step);
    this.#steps.set(step.split, steps);
  }
}

/** The whole lines of a file, if it is there. */
async function readLines(path: string): Promise<string[] | undefined> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  return text?.match(/[^\n]*\n/g) ?? (text === undefined ? undefined : []);
}

function parseLines(path: string, lines: readonly string[]): [{ of: ImportFacts }, ...object[]] {
  try {
    if (lines.length === 0) throw new Error("it is empty");
    const [first, ...steps] = lines.map((line) => parseSealedJson(line, "refuse"));
    v.assert(header, first);
    for (const each of steps) v.assert(step, each);
    return [first as unknown as { of: ImportFacts }, ...steps as object[]]; // we wrote it: the checksums say so
  } catch (error) {
    const found = `it is no journal of an import (${(error as Error).message}), so that nobody can go on`;
    throw new ShardError(path, "manifest", found);
  }
}

function requireSame(folder: string, was: ImportFacts, is: ImportFacts): void {
  for (const key of Object.keys(is) as (keyof ImportFacts)[]) {
    const [before, now] = [JSON.stringify(was[key]), JSON.stringify(is[key])];
    if (before === now) continue;
    throw new SourceError(
      is.source,
      `The import of ${was.name} in ${folder} cannot go on: its ${key} was ${before} and is now ${now}; ` +
        `import the same, choose another folder, or begin anew with \`replace\``,
    );
  }
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

function storing<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new StorageError(path, error);
  }
}
