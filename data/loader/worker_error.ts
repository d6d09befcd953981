/**
 * What a worker that is gone throws.
 * @module
 */

/** A worker died or does not answer; the loader is of no use any more. */
export class WorkerError extends Error {
  /** Of the class. */
  override readonly name = "WorkerError";
}
