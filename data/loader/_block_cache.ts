import type { Rows } from "../shards/rows.ts";
import { rowBytes, type SharedRows, shareRows } from "./_shared_rows.ts";
import type { SplitReader } from "./split_reader.ts";

/** A block in memory. */
export type Block = {
  readonly set: number;
  readonly rows: Rows;
  /** For workers. */
  readonly shared?: SharedRows;
};

/** Which block of which set. */
export type BlockAddress = { readonly set: number; readonly block: number };

/** Blocks that one user holds, in the order asked for. */
export type Lease = { readonly blocks: readonly Block[]; release(): void };

type Entry = {
  readonly key: number;
  readonly loading: Promise<Block>;
  block?: Block; // once it is there
  bytes: number; // 0 until it is there
  numUsers: number;
};

/**
 * Blocks that are read once and kept while they are used, and after that as long as there is room for them.
 *
 * Users beyond the memory wait for those before them, in order; a single user gets what it needs, were it more than the memory.
 */
export class BlockCache {
  /** Blocks that were read. */
  numRead = 0;
  /** Bytes of their values. */
  bytesRead = 0;
  readonly #splits: readonly SplitReader[];
  readonly #memoryBytes: number;
  readonly #isShared: boolean;
  readonly #entries = new Map<number, Entry>(); // the one used last stands last
  readonly #spare: SharedArrayBuffer[] = []; // of blocks that were forgotten
  readonly #waiting: (() => void)[] = [];
  #bytes = 0; // of all entries
  #usedBytes = 0; // of entries with users
  #numUsers = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(splits: readonly SplitReader[], memoryBytes: number, isShared: boolean) {
    this.#splits = splits;
    this.#memoryBytes = memoryBytes;
    this.#isShared = isShared;
  }

  /** Takes blocks for one more user, once there is room or no user is left. Users are served in the order they ask. */
  acquire(addresses: readonly BlockAddress[]): Promise<Lease> {
    const taken = this.#turn.then(async () => {
      while (this.#numUsers > 0 && this.#usedBytes > this.#memoryBytes / 2) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      return await this.acquireNow(addresses);
    });
    this.#turn = taken.catch(() => {}); // the next turn does not depend on how this one went
    return taken;
  }

  /** Takes blocks for one more user, room or no room. */
  async acquireNow(addresses: readonly BlockAddress[]): Promise<Lease> {
    this.#numUsers++;
    const entries = addresses.map((address) => this.#take(address));
    const results = await Promise.allSettled(entries.map((entry) => entry.loading));
    const release = () => this.#release(entries);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) {
      release();
      throw failed.reason;
    }
    return { blocks: entries.map((entry) => entry.block!), release };
  }

  /** Begins to read blocks that will be needed soon, as far as there is room for them. */
  readAhead(addresses: readonly BlockAddress[]): void {
    for (const address of addresses) {
      if (this.#entries.has(keyOf(address))) continue;
      const typical = this.numRead === 0 ? 0 : this.bytesRead / this.numRead;
      if (this.#usedBytes + 2 * typical > this.#memoryBytes) return;
      this.#take(address).numUsers--;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#spare.length = 0;
    this.#bytes = this.#usedBytes = 0;
  }

  #take(address: BlockAddress): Entry {
    const key = keyOf(address);
    const known = this.#entries.get(key);
    if (!known) return this.#load(address, key);
    this.#entries.delete(key);
    this.#entries.set(key, known);
    if (known.numUsers++ === 0) this.#usedBytes += known.bytes;
    return known;
  }

  #load(address: BlockAddress, key: number): Entry {
    const loading = this.#read(address);
    const entry: Entry = { key, loading, bytes: 0, numUsers: 1 };
    this.#entries.set(key, entry);
    loading.then((block) => {
      entry.block = block;
      entry.bytes = block.shared?.memory.byteLength ?? rowBytes(block.rows);
      if (this.#entries.get(key) !== entry) return; // forgotten meanwhile
      this.#bytes += entry.bytes;
      if (entry.numUsers > 0) this.#usedBytes += entry.bytes;
      this.#evict();
    }, () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key); // another try may go better
    });
    return entry;
  }

  async #read({ set, block }: BlockAddress): Promise<Block> {
    const rows = await this.#splits[set]!.readBlock(block);
    const bytes = rowBytes(rows);
    this.numRead++;
    this.bytesRead += bytes;
    return { set, rows, ...(this.#isShared ? { shared: shareRows(set, rows, this.#memoryFor(bytes)) } : {}) };
  }

  #release(entries: readonly Entry[]): void {
    this.#numUsers--;
    for (const entry of entries) {
      if (--entry.numUsers === 0 && this.#entries.get(entry.key) === entry) this.#usedBytes -= entry.bytes;
    }
    this.#evict();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#memoryBytes) return;
      if (entry.numUsers > 0 || !entry.block) continue;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
      if (entry.block.shared) this.#spare.push(entry.block.shared.memory);
    }
  }

  /** Spare memory if some fits, else new, with a little more so that it will fit others. */
  #memoryFor(bytes: number): SharedArrayBuffer {
    const fits = this.#spare.findIndex(({ byteLength }) =>
      byteLength >= bytes && byteLength <= 2 * bytes + 4096
    );
    if (fits >= 0) return this.#spare.splice(fits, 1)[0]!;
    this.#spare.length = 0; // of another size than is needed now
    const step = Math.max(4096, 2 ** Math.floor(Math.log2(Math.max(1, bytes)) - 3));
    return new SharedArrayBuffer(Math.max(step, Math.ceil(bytes / step) * step));
  }
}

function keyOf({ set, block }: BlockAddress): number {
  return set * 2 ** 40 + block;
}
