import { StorageError } from "@lacuna/data";

/**
 * Makes a folder and those above it, unless they are there.
 * @throws {StorageError} If it cannot be made.
 */
export function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new StorageError(path, error);
  }
}
