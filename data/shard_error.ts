/**
 * What a data set that cannot be trusted throws.
 * @module
 */

/** What a shard or manifest can fail at, in the order in which it is checked. */
export type ShardCheck = "exists" | "manifest" | "size" | "sha256" | "schema" | "rows" | "labels";

/** A shard or manifest is missing, damaged or of another kind; the message says what to do. */
export class ShardError extends Error {
  /** Of the class. */
  override readonly name = "ShardError";
  /** Path of the file that failed. */
  readonly file: string;
  /** What it failed at. */
  readonly check: ShardCheck;

  /**
   * An error that names the file and the check, and says how to write the data set again.
   * @param file Path of the file that failed.
   * @param check What it failed at.
   * @param found What was expected and what was found instead.
   */
  constructor(file: string, check: ShardCheck, found: string) {
    super(`${file} fails the check "${check}": ${found}; write the data set again with \`deno task data\``);
    this.file = file;
    this.check = check;
  }
}
