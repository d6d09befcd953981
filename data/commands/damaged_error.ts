/**
 * What `data verify` throws.
 * @module
 */

/** A data set is not what was written; its problems have been told one by one. */
export class DamagedError extends Error {
  /** Of the class. */
  override readonly name = "DamagedError";
}
