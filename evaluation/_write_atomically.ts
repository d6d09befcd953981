import { StorageError } from "@lacuna/data";

/**
 * Writes a whole text file or nothing: to a temporary name beside it, then renamed.
 * @throws {StorageError} If the disk is full or the folder cannot be written; what stood there before still stands.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may never have been created: the first error says why
    throw new StorageError(path, error);
  }
}
