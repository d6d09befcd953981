/**
 * Files that appear whole or not at all.
 * @module
 */
import { StorageError } from "./storage_error.ts";

/**
 * Writes a whole file or nothing: to a temporary name beside it, flushed to the disk, then renamed.
 *
 * @example
 * ```ts
 * import { writeAtomically } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const file = await Deno.makeTempFile();
 * writeAtomically(file, "all of it");
 * assert.equal(await Deno.readTextFile(file), "all of it");
 * await Deno.remove(file);
 * ```
 * @param file Path; what stands there is replaced.
 * @param contents Bytes, or text to be written as UTF-8.
 * @throws {StorageError} If the disk is full or the folder cannot be written; what stood there before still stands.
 */
export function writeAtomically(file: string, contents: Uint8Array | string): void {
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  const temporary = `${file}.tmp`;
  try {
    writeThrough(temporary, bytes);
    Deno.renameSync(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw new StorageError(file, error);
  }
}

/** Writes a file and waits for the disk. */
function writeThrough(path: string, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  file.syncSync();
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // it was never created: the first error says why
  }
}
