import { createHash } from "node:crypto";
import type { Schema } from "apache-arrow";
import { encodeBlock, encodeHead, encodeTail } from "./_encode_block.ts";
import { StorageError } from "../storage_error.ts";
import type { BlockEntry, Compression, ShardEntry } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";

/** One Arrow file while it is written, block by block, under a temporary name. */
export class ShardFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #schema: Schema;
  readonly #compression: Compression;
  readonly #hash = createHash("sha256");
  readonly #blocks: BlockEntry[] = [];
  readonly #bodyLengths: number[] = [];
  readonly #file: Deno.FsFile;
  #position = 0;
  #rows = 0;

  /** @throws {StorageError} If it cannot be written. */
  constructor(folder: string, name: string, schema: Schema, compression: Compression) {
    this.#folder = folder;
    this.#name = name;
    this.#schema = schema;
    this.#compression = compression;
    this.#file = this.#storing(() =>
      Deno.openSync(this.#temporary, { write: true, create: true, truncate: true })
    );
    try {
      this.#write([encodeHead(schema)]);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#position;
  }

  /** @throws {StorageError} If the disk is full. */
  append(numRows: number, columns: readonly ColumnValues[]): void {
    const { parts, bodyLength } = encodeBlock(numRows, columns, this.#compression);
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    const offset = this.#position;
    this.#write(parts);
    this.#blocks.push([offset, this.#position - offset, hash.digest("hex")]);
    this.#bodyLengths.push(bodyLength);
    this.#rows += numRows;
  }

  /**
   * Ends the file, waits for the disk, and gives it its name.
   * @throws {StorageError} If the disk is full.
   */
  finish(): ShardEntry {
    const blocks = this.#blocks.map(([offset, bytes], i) => [offset, bytes, this.#bodyLengths[i]!] as const);
    this.#write([encodeTail(this.#schema, blocks)]);
    this.#storing(() => {
      this.#file.syncSync();
      this.#file.close();
      Deno.renameSync(this.#temporary, `${this.#folder}/${this.#name}`);
    });
    return {
      file: this.#name,
      rows: this.#rows,
      bytes: this.#position,
      sha256: this.#hash.digest("hex"),
      blocks: this.#blocks,
    };
  }

  /** Leaves nothing of it behind. */
  discard(): void {
    for (const step of [() => this.#file.close(), () => Deno.removeSync(this.#temporary)]) {
      try {
        step();
      } catch {
        // closed or gone already: the error that led here says more
      }
    }
  }

  get #temporary(): string {
    return `${this.#folder}/${this.#name}.tmp`;
  }

  #write(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#hash.update(part);
      this.#storing(() => {
        for (let written = 0; written < part.length;) {
          written += this.#file.writeSync(part.subarray(written));
        }
      });
      this.#position += part.length;
    }
  }

  #storing<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw new StorageError(`${this.#folder}/${this.#name}`, error);
    }
  }
}
