/**
 * What a file far away that cannot be read throws.
 * @module
 */

/**
 * What a request can fail at: "permission" to reach the host or to keep a cache, "connection", "timeout", the "status" of the answer, the "range" in it,
 * "changed" while it was read, or its "length".
 */
export type RemoteCheck = "permission" | "connection" | "timeout" | "status" | "range" | "changed" | "length";

/** A file far away cannot be read, or not in one piece; the message never holds the query of its URL, which may be a secret. */
export class RemoteError extends Error {
  /** Of the class. */
  override readonly name = "RemoteError";
  /** URL of the file, without its query. */
  readonly url: string;
  /** What it failed at. */
  readonly check: RemoteCheck;
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;

  /**
   * An error that names the file and the check.
   * @param url Of the file, without its query.
   * @param check What it failed at.
   * @param found What happened, and what to do.
   * @param status HTTP status of the answer, if there was one.
   */
  constructor(url: string, check: RemoteCheck, found: string, status?: number) {
    super(`${url} fails the check "${check}": ${found}`);
    this.url = url;
    this.check = check;
    this.status = status;
  }
}
