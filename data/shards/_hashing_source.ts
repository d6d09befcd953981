import { createHash } from "node:crypto";
import { ShardError } from "../shard_error.ts";
import type { ByteSource } from "./byte_source.ts";
import type { ShardEntry } from "./manifest.ts";

/** Reads ranges of a shard in ascending order, and hashes them and what lies between. */
export class HashingSource implements ByteSource {
  readonly name: string;
  readonly size: () => Promise<number>;
  readonly #source: ByteSource;
  readonly #shard: ShardEntry;
  readonly #hash = createHash("sha256");
  #position = 0;

  private constructor(source: ByteSource, shard: ShardEntry) {
    this.name = source.name;
    this.size = source.size;
    this.#source = source;
    this.#shard = shard;
  }

  /** @throws {ShardError} "size", if it is not as long as its manifest says. */
  static async of(source: ByteSource, shard: ShardEntry): Promise<HashingSource> {
    const size = await source.size();
    if (size === shard.bytes) return new HashingSource(source, shard);
    throw new ShardError(source.name, "size", `it has ${size} bytes, its manifest says ${shard.bytes}`);
  }

  /** Bytes so far. */
  get position(): number {
    return this.#position;
  }

  readonly read = async (
    offset: number,
    length: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    await this.#passTo(offset);
    const bytes = await this.#source.read(offset, length, into);
    this.#hash.update(bytes);
    this.#position = offset + length;
    return bytes;
  };

  /**
   * Reads what is left.
   * @throws {ShardError} "sha256", if the whole is not what its manifest says.
   */
  async finish(): Promise<void> {
    const { bytes, sha256 } = this.#shard;
    await this.#passTo(bytes);
    const found = this.#hash.digest("hex");
    if (found === sha256) return;
    throw new ShardError(this.name, "sha256", `it has ${found}, its manifest says ${sha256}`);
  }

  async #passTo(offset: number): Promise<void> {
    while (this.#position < offset) {
      const length = Math.min(offset - this.#position, 2 ** 20);
      this.#hash.update(await this.#source.read(this.#position, length));
      this.#position += length;
    }
  }
}
