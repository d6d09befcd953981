import { CheckpointError } from "./errors.ts";

/**
 * What `read` returns, `undefined` where the file or folder does not exist.
 * @param path What is read, for the message.
 * @throws {CheckpointError} If it exists and cannot be read.
 */
export function readIfThere<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new CheckpointError(`Cannot read ${path} (${(error as Error).message})`, { cause: error });
  }
}
