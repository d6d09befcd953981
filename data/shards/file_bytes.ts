/**
 * The bytes of a file.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import { ShardError } from "../shard_error.ts";
import type { ByteSource } from "./byte_source.ts";

/**
 * The bytes of a local file, which is opened by the first read and stays open until `close()`.
 *
 * @example
 * ```ts
 * import { fileBytes } from "@lacuna/data/shards";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "abcdef");
 * const bytes = fileBytes(path);
 * assert.equal(new TextDecoder().decode(await bytes.read(2, 3)), "cde");
 * bytes.close?.();
 * await Deno.remove(path);
 * ```
 * @param path Of the file.
 */
export function fileBytes(path: string): ByteSource {
  return new FileBytes(path);
}

class FileBytes implements ByteSource {
  readonly name: string;
  #file: Deno.FsFile | undefined;
  #length = 0; // of the file, when it was opened
  #last: Promise<unknown> = Promise.resolve(); // a file has one position: seek and read take turns

  constructor(path: string) {
    this.name = path;
  }

  readonly size = async (): Promise<number> => {
    const { size, isFile } = await Deno.stat(this.name).catch((error) => this.#refuse(error));
    if (!isFile) throw new ShardError(this.name, "exists", "it is not a file");
    return size;
  };

  readonly read = (
    offset: number,
    length: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const turn = this.#last.then(() => this.#readNow(offset, length, into));
    this.#last = turn.catch(() => {});
    return turn;
  };

  readonly close = (): void => {
    this.#last = this.#last.then(() => {
      this.#file?.close();
      this.#file = undefined;
    });
  };

  async #readNow(
    offset: number,
    length: number,
    into: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const file = await this.#open();
    if (offset + length > this.#length) this.#endsEarly(offset, length, this.#length); // before memory is asked for
    const bytes = into === undefined ? new Uint8Array(length) : into.subarray(0, length);
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let filled = 0; filled < length;) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) this.#endsEarly(offset, length, offset + filled);
      filled += count!;
    }
    return bytes;
  }

  async #open(): Promise<Deno.FsFile> {
    if (this.#file !== undefined) return this.#file;
    this.#file = await Deno.open(this.name).catch((error) => this.#refuse(error));
    this.#length = this.#file.statSync().size;
    return this.#file;
  }

  #endsEarly(offset: number, length: number, end: number): never {
    const last = offset + length - 1;
    throw new ShardError(this.name, "size", `it ends at ${end}, but bytes ${offset}…${last} are wanted`);
  }

  #refuse(error: unknown): never {
    if (!isMissing(error)) throw error;
    throw new ShardError(this.name, "exists", "there is no such file");
  }
}
