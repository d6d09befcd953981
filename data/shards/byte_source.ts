/**
 * Bytes that can be read anywhere: a file, or something far away that looks like one.
 * @module
 */

/** Bytes of a known number that do not change, of which any range can be read; several ranges may be read at once. */
export type ByteSource = {
  /** What an error calls it: the path of a file, or a URL without its secrets. */
  readonly name: string;
  /**
   * How many bytes there are.
   * @throws {ShardError} "exists", if there is no such thing.
   */
  readonly size: () => Promise<number>;
  /**
   * Some of the bytes.
   * @param offset Of the first.
   * @param length How many.
   * @param into Where they may be put, to spare a new buffer; its first `length` bytes are then the result.
   * @returns Exactly `length` bytes that begin at a multiple of 8 in their buffer, so that typed arrays can look at them; they are the
   * caller's to keep.
   * @throws {ShardError} "exists", if there is no such thing; "size", if it ends before the range does.
   */
  readonly read: (
    offset: number,
    length: number,
    into?: Uint8Array<ArrayBuffer>,
  ) => Promise<Uint8Array<ArrayBuffer>>;
  /** Lets go of what is held open, if anything; a later read opens it again. */
  readonly close?: () => void;
};
