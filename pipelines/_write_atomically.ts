import { StorageError } from "@lacuna/data";

/**
 * Writes a whole file or nothing: to a temporary name beside it, flushed to the disk, then renamed.
 * @throws {StorageError} If the disk is full or the folder cannot be written; the file that stood there before still stands.
 */
export function writeAtomically(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  try {
    try {
      using file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
      file.syncSync();
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    throw new StorageError(path, error);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // it was never created: the first error says why
  }
}
