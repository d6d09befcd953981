import { StorageError } from "../storage_error.ts";

/** Holds a folder for one import, by a lock on the folder itself; the system frees it when the process ends, however that comes. */
export class ImportLock {
  readonly #folder: Deno.FsFile | undefined; // Windows opens no folders

  /** @throws {StorageError} If another import writes there. */
  constructor(folder: string) {
    if (Deno.build.os === "windows") return;
    this.#folder = Deno.openSync(folder);
    if (this.#folder.tryLockSync(true)) return;
    this.#folder.close();
    throw new StorageError(folder, new Error("another import writes there: wait for its end"));
  }

  /** Waits until the disk has the names of the folder's files. */
  flush(): void {
    this.#folder?.syncSync();
  }

  /** Gives the folder back. */
  [Symbol.dispose](): void {
    this.#folder?.close();
  }
}
