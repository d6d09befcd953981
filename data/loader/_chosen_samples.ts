import type { BadRow, BadSamples } from "./_bad_samples.ts";
import { type Plan, planSamples } from "./_plan.ts";
import type { BadSample } from "./_prepare_batch.ts";
import type { Located, Sequence } from "./_sequence.ts";

/** The samples of one batch: those of its positions, and for each bad one that of the next position that is good. */
export class ChosenSamples {
  /** Rows that turned out bad. */
  readonly found: BadRow[] = [];
  readonly #sequence: Sequence;
  readonly #epoch: number;
  readonly #positions: Float64Array;
  readonly #located: Located;
  #bad: BadSamples;
  #plan: Plan;

  constructor(sequence: Sequence, bad: BadSamples, epoch: number, from: number, count: number) {
    this.#sequence = sequence;
    this.#epoch = epoch;
    this.#bad = bad;
    this.#positions = new Float64Array(count);
    for (let i = 0; i < count; i++) this.#positions[i] = from + i;
    this.#located = sequence.locate(epoch, from, count);
    for (let i = 0; i < count && bad.size > 0; i++) this.#passOverBad(i);
    this.#plan = planSamples(this.#located, sequence.splits);
  }

  /** As they are now. */
  get plan(): Plan {
    return this.#plan;
  }

  /**
   * Chooses others for bad samples.
   * @throws {SampleError} If they are too many.
   */
  replace(bad: readonly BadSample[]): void {
    if (this.found.length === 0) this.#bad = this.#bad.copy();
    for (const { at, error } of bad) {
      const row: BadRow = { set: this.#located.set[at]!, row: this.#located.row[at]!, error };
      if (this.#bad.has(row.set, row.row)) continue; // twice in this batch
      this.found.push(row);
      this.#bad.add(row);
    }
    for (const { at } of bad) this.#passOverBad(at);
    this.#plan = planSamples(this.#located, this.#sequence.splits);
  }

  #passOverBad(i: number): void {
    const { set, row, epoch } = this.#located;
    for (let numPassed = 0; this.#bad.has(set[i]!, row[i]!); numPassed++) {
      if (numPassed === this.#sequence.size) this.#bad.throwForNoneLeft(set[i]!, row[i]!);
      this.#positions[i] = (this.#positions[i]! + 1) % this.#sequence.size;
      const next = this.#sequence.locate(this.#epoch, this.#positions[i]!, 1);
      set[i] = next.set[0]!;
      row[i] = next.row[0]!;
      epoch[i] = next.epoch[0]!;
    }
  }
}
