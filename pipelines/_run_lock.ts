import { StorageError } from "@lacuna/data";
import { BusyError } from "./errors.ts";

/** Holds a run folder for one process, by a lock on its file `lock`; the system frees it when the process ends, however that comes. */
export class RunLock {
  readonly #file: Deno.FsFile;

  /**
   * Takes the folder.
   * @throws {BusyError} If another process has it.
   * @throws {StorageError} If the folder cannot be written.
   */
  constructor(folder: string) {
    const path = `${folder}/lock`;
    try {
      this.#file = Deno.openSync(path, { write: true, create: true });
    } catch (error) {
      throw new StorageError(path, error);
    }
    if (this.#file.tryLockSync(true)) return;
    this.#file.close();
    throw new BusyError(
      `Another process trains in ${folder}: wait for its end, or choose another run folder (--run)`,
    );
  }

  /** Gives the folder back. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
