/**
 * A folder of bytes that were fetched before.
 * @module
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { isMissing } from "../_is_missing.ts";
import { StorageError } from "../storage_error.ts";

/** Where a cache is, and how large it may become. */
export type ByteCacheOptions = {
  /** Made if it is not there; several processes may share it. Everything else in it is left alone. */
  readonly folder: string;
  /** Most bytes of its files together. */
  readonly maxBytes: number;
};

/** What a cache has done since it was opened. */
export type ByteCacheStatistics = {
  /** Asked for and there. */
  hits: number;
  /** Asked for and not there. */
  misses: number;
  /** Of these misses: there, but not as they were written. */
  damaged: number;
  /** Removed to make room. */
  evicted: number;
  /** That could not be written, such as for want of space; they were used and not kept. */
  unwritable: number;
};

const magic = 0x3143_434c; // "LCC1"
const headerBytes = 16; // magic, CRC-32 of key and bytes, and their number as two words
const suffix = ".cached";
const staleTemporaryMs = 3_600_000;
const roomShare = 0.9; // of the limit, that an eviction leaves
const rescanShare = 1 / 16; // of the limit, written since the folder was last looked at: others may write there too

/**
 * A cache on disk with a limit to its size, which removes what was not used for longest. Each entry is a file that appears whole or not at
 * all, and carries a checksum: one that is damaged is as good as none. Several processes may use a folder at once; together they
 * stay within 1/16 of the limit for each of them.
 */
export class ByteCache {
  /** What it has done. */
  readonly statistics: ByteCacheStatistics = { hits: 0, misses: 0, damaged: 0, evicted: 0, unwritable: 0 };
  readonly #folder: string;
  readonly #maxBytes: number;
  #bytes = Infinity; // of all files, as of the last look and what was written since: at first, look
  #written = 0; // since the last look
  #making: Promise<void> | undefined;
  #evicting: Promise<void> | undefined;

  /**
   * A cache in a folder, which is made when it is first used.
   * @param options Where, and how large.
   * @throws {RangeError} If the limit is not positive.
   */
  constructor({ folder, maxBytes }: ByteCacheOptions) {
    if (!(maxBytes > 0)) throw new RangeError(`maxBytes of the cache is ${maxBytes}: give a positive number`);
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /**
   * Looks an entry up.
   * @param key What it was written under.
   * @param out [n], where its bytes go; an entry of another length is as good as none.
   * @returns Whether it was there and whole. If not, `out` may have changed.
   * @throws {StorageError} If the folder cannot be made.
   */
  async get(key: string, out: Uint8Array): Promise<boolean> {
    await this.#make();
    const path = this.#pathOf(key);
    const found = await readEntry(path, key, out);
    if (found === "whole") this.statistics.hits++;
    else this.statistics.misses++;
    if (found === "damaged") {
      this.statistics.damaged++;
      await Deno.remove(path).catch(() => {}); // perhaps another process has removed it
    }
    return found === "whole";
  }

  /**
   * Keeps an entry, and makes room for it. What is longer than the limit, or cannot be written, is not kept.
   * @param key By which `get()` finds it.
   * @param bytes [n].
   * @throws {StorageError} If the folder cannot be made.
   */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#make();
    const size = headerBytes + bytes.length;
    if (size > this.#maxBytes) return;
    this.#bytes += size;
    this.#written += size;
    if (this.#bytes > this.#maxBytes || this.#written > this.#maxBytes * rescanShare) {
      this.#evicting ??= this.#evict(size).finally(() => this.#evicting = undefined);
      await this.#evicting;
    }
    const temporary = `${this.#folder}/${crypto.randomUUID()}.tmp`;
    try {
      await writeEntry(temporary, key, bytes);
      await Deno.rename(temporary, this.#pathOf(key));
    } catch {
      this.statistics.unwritable++;
      await Deno.remove(temporary).catch(() => {});
    }
  }

  #pathOf(key: string): string {
    return `${this.#folder}/${createHash("sha256").update(key).digest("hex")}${suffix}`;
  }

  #make(): Promise<void> {
    this.#making ??= Deno.mkdir(this.#folder, { recursive: true }).catch((error) => {
      throw new StorageError(this.#folder, error);
    });
    return this.#making;
  }

  /** Looks at the folder, and removes what was not used for longest until there is room for `size` bytes. */
  async #evict(size: number): Promise<void> {
    const files = await this.#list();
    let bytes = files.reduce((sum, file) => sum + file.size, size);
    const limit = bytes > this.#maxBytes ? this.#maxBytes * roomShare : this.#maxBytes;
    for (const file of files) {
      if (bytes <= Math.max(limit, size)) break;
      bytes -= file.size;
      await Deno.remove(file.path).then(() => this.statistics.evicted++, () => {}); // perhaps another process was first
    }
    this.#bytes = bytes;
    this.#written = 0;
  }

  /** Its entries, the longest unused first; files that a process has left half-written are removed. */
  async #list(): Promise<{ path: string; size: number; used: number }[]> {
    const files: { path: string; size: number; used: number }[] = [];
    for await (const { name } of Deno.readDir(this.#folder)) {
      const isTemporary = /^[0-9a-f-]{36}\.tmp$/.test(name);
      if (!isTemporary && !(name.length === 64 + suffix.length && name.endsWith(suffix))) continue;
      const path = `${this.#folder}/${name}`;
      const found = await Deno.stat(path).catch(() => undefined);
      if (!found) continue; // another process has removed it
      const used = found.mtime?.getTime() ?? 0;
      if (isTemporary && used < Date.now() - staleTemporaryMs) await Deno.remove(path).catch(() => {});
      else if (!isTemporary) files.push({ path, size: found.size, used });
    }
    return files.sort((a, b) => a.used - b.used || (a.path < b.path ? -1 : 1));
  }
}

/** Reads an entry into `out` and notes that it was used. */
async function readEntry(
  path: string,
  key: string,
  out: Uint8Array,
): Promise<"whole" | "missing" | "damaged"> {
  try {
    using file = await Deno.open(path);
    const header = new Uint8Array(headerBytes);
    if (!await readFully(file, header)) return "damaged";
    const view = new DataView(header.buffer);
    if (view.getUint32(0, true) !== magic || view.getBigUint64(8, true) !== BigInt(out.length)) {
      return "damaged";
    }
    if (!await readFully(file, out) || view.getUint32(4, true) !== checksum(key, out)) return "damaged";
    const now = new Date();
    await file.utime(now, now).catch(() => {}); // read-only for us: its age then counts
    return "whole";
  } catch (error) {
    if (isMissing(error)) return "missing";
    throw error;
  }
}

async function readFully(file: Deno.FsFile, out: Uint8Array): Promise<boolean> {
  for (let filled = 0; filled < out.length;) {
    const count = await file.read(out.subarray(filled));
    if (count === null) return false;
    filled += count;
  }
  return true;
}

async function writeEntry(path: string, key: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const header = new DataView(new ArrayBuffer(headerBytes));
  header.setUint32(0, magic, true);
  header.setUint32(4, checksum(key, bytes), true);
  header.setBigUint64(8, BigInt(bytes.length), true);
  for (const part of [new Uint8Array(header.buffer), bytes]) {
    for (let written = 0; written < part.length;) written += await file.write(part.subarray(written));
  }
}

/** CRC-32 of the key and then the bytes, so that an entry under another one's name is not taken for it. */
function checksum(key: string, bytes: Uint8Array): number {
  return crc32(bytes, crc32(key));
}
