/**
 * What a write to a full or closed disk throws.
 * @module
 */

/** A file or folder cannot be written: disk full, read-only, not ours; `cause` is the system's own error. */
export class StorageError extends Error {
  /** Of the class. */
  override readonly name = "StorageError";
  /** Path of what could not be written. */
  readonly file: string;

  /**
   * An error that names the file and the system's reason.
   * @param file Path of what could not be written.
   * @param cause The system's own error.
   */
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot write ${file} (${reason}): free some space, or choose a folder that may be written`, {
      cause,
    });
    this.file = file;
  }
}
