import type { SplitReader } from "./split_reader.ts";
import { SampleError } from "./sample_error.ts";

/** What to do with samples that cannot be read. */
export type BadSamplePolicy = "stop" | { readonly skip: true; readonly limit: number };

/** A row that cannot be read, and why. */
export type BadRow = { readonly set: number; readonly row: number; readonly error: unknown };

/** The rows that turned out bad, up to a limit. */
export class BadSamples {
  readonly #policy: BadSamplePolicy;
  readonly #splits: readonly SplitReader[];
  readonly #rows: Map<string, BadRow>;

  constructor(policy: BadSamplePolicy, splits: readonly SplitReader[], rows?: Map<string, BadRow>) {
    this.#policy = policy;
    this.#splits = splits;
    this.#rows = new Map(rows);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** A copy of its own: what one batch finds counts once the batch is given. */
  copy(): BadSamples {
    return new BadSamples(this.#policy, this.#splits, this.#rows);
  }

  has(set: number, row: number): boolean {
    return this.#rows.size > 0 && this.#rows.has(keyOf(set, row));
  }

  /** Notes a row. @throws {SampleError} If it is one too many. */
  add(bad: BadRow): void {
    this.#rows.set(keyOf(bad.set, bad.row), bad);
    if (this.#policy === "stop") {
      throw this.#error(bad, "drop it, or let it be passed over with onBadSample: { skip: true, limit }");
    }
    if (this.#rows.size > this.#policy.limit) {
      throw this.#error(
        bad,
        `with it ${this.#rows.size} are bad, and onBadSample allows ${this.#policy.limit}`,
      );
    }
  }

  /** Says that every row is bad. @throws {SampleError} Always. */
  throwForNoneLeft(set: number, row: number): never {
    throw this.#error(this.#rows.get(keyOf(set, row))!, "and no row that is left can");
  }

  #error({ set, row, error }: BadRow, advice: string): SampleError {
    return new SampleError(`split "${this.#splits[set]!.name}"`, row, error, advice);
  }
}

function keyOf(set: number, row: number): string {
  return `${set}:${row}`;
}
