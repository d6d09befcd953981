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
  #last: Promise<unknown> = Promise.resolve(); // a file has one position: seek and read take turns

  constructor(path: string) {
    this.name = path;
  }

  readonly size = async (): Promise<number> => {
    const { size, isFile } = await Deno.stat(this.name).catch((error) => this.#refuse(error));
    if (!isFile) throw new ShardError(this.name, "exists", "it is not a file");
    return size;
  };

  readonly read = (offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
    const turn = this.#last.then(() => this.#readNow(offset, length));
    this.#last = turn.catch(() => {});
    return turn;
  };

  readonly close = (): void => {
    const file = this.#file;
    this.#file = undefined;
    this.#last = this.#last.then(() => file?.close());
  };

  async #readNow(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#file ??= await Deno.open(this.name).catch((error) => this.#refuse(error));
    const bytes = new Uint8Array(length);
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    for (let filled = 0; filled < length;) {
      const count = await this.#file.read(bytes.subarray(filled));
      if (count === null) {
        const end = offset + filled;
        throw new ShardError(this.name, "size", `bytes ${offset}…${offset + length - 1} end at ${end}`);
      }
      filled += count;
    }
    return bytes;
  }

  #refuse(error: unknown): never {
    if (!isMissing(error)) throw error;
    throw new ShardError(this.name, "exists", "there is no such file");
  }
}
