/**
 * What a command throws when it cannot do what it was asked.
 * @module
 */

/** An argument or option that cannot be followed; the message says which and what to do. */
export class UsageError extends Error {
  /** Of the class. */
  override readonly name = "UsageError";
}
