/**
 * What a sample that cannot be prepared throws.
 * @module
 */

/** A row cannot be prepared, or too many cannot; `cause` says why. */
export class SampleError extends Error {
  /** Of the class. */
  override readonly name = "SampleError";
  /** Name of the split. */
  readonly split: string;
  /** Of the split. */
  readonly row: number;

  /**
   * An error that names the row.
   * @param split Name of the split.
   * @param row Of the split.
   * @param cause Why it cannot be prepared.
   * @param advice What to do.
   */
  constructor(split: string, row: number, cause: unknown, advice: string) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`Row ${row} of ${split} cannot be prepared (${reason}): ${advice}`, { cause });
    this.split = split;
    this.row = row;
  }
}
