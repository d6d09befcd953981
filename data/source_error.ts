/**
 * What an import throws when its source fails it.
 * @module
 */

/** The source of a data set cannot be loaded, or is not what it should be; the message says what to do. */
export class SourceError extends Error {
  /** Of the class. */
  override readonly name = "SourceError";
  /** What was to be loaded. */
  readonly source: string;

  /**
   * An error with a message of the caller's.
   * @param source What was to be loaded.
   * @param message What failed, and what to do.
   * @param options The error underneath, as `cause`.
   */
  constructor(source: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.source = source;
  }
}
