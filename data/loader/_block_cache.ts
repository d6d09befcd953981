import { RequestLimit } from "../remote/request_limit.ts";
import type { Rows } from "../shards/rows.ts";
import { rowBytes, type SharedRows, shareRows, viewRows } from "./_shared_rows.ts";
import { SpareMemory } from "./_spare_memory.ts";
import type { SplitReader } from "./split_reader.ts";
import { WorkerError } from "./worker_error.ts";

const MAX_READS = 16; // at a time: enough to hide how long one takes, and few to wait for at the end

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

/** A block and the memory that is its own. */
type Loaded = { readonly block: Block; readonly bytes: number; readonly memory?: ArrayBufferLike };

type Entry = {
  readonly key: number;
  readonly loading: Promise<Loaded>;
  loaded?: Loaded; // once it is there
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
  readonly #spare = new SpareMemory((bytes) => new ArrayBuffer(bytes)); // to read into
  readonly #spareShared = new SpareMemory((bytes) => new SharedArrayBuffer(bytes));
  readonly #waiting: (() => void)[] = [];
  readonly #reads = new RequestLimit(MAX_READS);
  #isClosed = false;
  #bytes = 0; // of all entries
  #usedBytes = 0; // of entries with users
  #heldBytes = 0; // of all blocks that were ever held
  #numUsers = 0;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #reading = new Set<Promise<unknown>>();

  constructor(splits: readonly SplitReader[], memoryBytes: number, isShared: boolean) {
    this.#splits = splits;
    this.#memoryBytes = memoryBytes;
    this.#isShared = isShared;
  }

  /**
   * Takes blocks for one more user, once there is room or no user is left. Users are served in the order they ask, but one that has become urgent is served at
   * once: others may hold their blocks until it is done.
   */
  acquire(addresses: readonly BlockAddress[], urgent?: Promise<unknown>): Promise<Lease> {
    let taken: Promise<Lease> | undefined;
    const take = () => taken ??= this.acquireNow(addresses);
    const inTurn = this.#turn.then(async () => {
      while (!taken && !this.#isClosed && this.#numUsers > 0 && this.#usedBytes >= this.#memoryBytes) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      return await take();
    });
    this.#turn = inTurn.catch(() => {}); // the next turn does not depend on how this one went
    if (!urgent) return inTurn;
    const atOnce = urgent.then(() => {
      const lease = take();
      this.#wake(); // its turn, which need not wait any more
      return lease;
    }, () => inTurn);
    return Promise.race([inTurn, atOnce]);
  }

  /** Takes blocks for one more user, room or no room. */
  async acquireNow(addresses: readonly BlockAddress[]): Promise<Lease> {
    if (this.#isClosed) throw new WorkerError("The loader was closed: make another");
    this.#numUsers++;
    const entries = addresses.map((address) => this.#take(address));
    const results = await Promise.allSettled(entries.map((entry) => entry.loading));
    const release = () => this.#release(entries);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) {
      release();
      throw failed.reason;
    }
    return { blocks: entries.map((entry) => entry.loaded!.block), release };
  }

  /** Whether that many blocks fit, as far as is known from those that were read. */
  hasRoomFor(numBlocks: number): boolean {
    return this.numRead > 0 && numBlocks * this.#heldBytes / this.numRead <= this.#memoryBytes;
  }

  /** Begins to read blocks that will be needed soon. */
  readAhead(addresses: readonly BlockAddress[]): void {
    for (const address of this.#isClosed ? [] : addresses) {
      if (!this.#entries.has(keyOf(address))) this.#take(address).numUsers--;
    }
  }

  /** Lets nobody in any more, waits for what is being read, and forgets everything. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await Promise.allSettled(this.#reading);
    this.#entries.clear();
    this.#spare.clear();
    this.#spareShared.clear();
    this.#bytes = this.#usedBytes = 0;
  }

  #take(address: BlockAddress): Entry {
    const key = keyOf(address);
    const known = this.#entries.get(key);
    if (!known) return this.#load(address, key);
    this.#entries.delete(key);
    this.#entries.set(key, known);
    if (known.numUsers++ === 0) this.#usedBytes += known.loaded?.bytes ?? 0;
    return known;
  }

  #load(address: BlockAddress, key: number): Entry {
    const loading = this.#reads.run(() => this.#read(address));
    this.#reading.add(loading);
    const done = () => this.#reading.delete(loading);
    loading.then(done, done);
    const entry: Entry = { key, loading, numUsers: 1 };
    this.#entries.set(key, entry);
    loading.then((loaded) => {
      entry.loaded = loaded;
      this.#heldBytes += loaded.bytes;
      if (this.#entries.get(key) !== entry) return; // forgotten meanwhile
      this.#bytes += loaded.bytes;
      if (entry.numUsers > 0) this.#usedBytes += loaded.bytes;
      this.#evict();
    }, () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key); // another try may go better
    });
    return entry;
  }

  async #read({ set, block }: BlockAddress): Promise<Loaded> {
    if (this.#isClosed) throw new WorkerError("The loader was closed: make another");
    const split = this.#splits[set]!;
    const memory = split.maxBlockBytes === undefined ? undefined : this.#spare.take(split.maxBlockBytes);
    const rows = await split.readBlock(block, memory && new Uint8Array(memory));
    const bytes = rowBytes(rows);
    this.numRead++;
    this.bytesRead += bytes;
    if (this.#isShared) {
      const own = this.#spareShared.take(Math.max(bytes, split.maxBlockBytes ?? 0));
      const shared = shareRows(set, rows, own);
      if (memory) this.#spare.give(memory);
      return {
        block: { set, rows: viewRows(shared, split.columns), shared },
        bytes: own.byteLength,
        memory: own,
      };
    }
    const isThere = Object.values(rows.columns).some(({ values, offsets }) =>
      values.buffer === memory || offsets?.buffer === memory // either may have been decompressed elsewhere
    );
    if (memory && isThere) return { block: { set, rows }, bytes: memory.byteLength, memory };
    if (memory) this.#spare.give(memory); // only what was decompressed is kept
    return { block: { set, rows }, bytes };
  }

  #release(entries: readonly Entry[]): void {
    this.#numUsers--;
    for (const entry of entries) {
      if (--entry.numUsers === 0 && this.#entries.get(entry.key) === entry) {
        this.#usedBytes -= entry.loaded?.bytes ?? 0;
      }
    }
    this.#evict();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #evict(): void {
    for (const [key, { numUsers, loaded }] of this.#entries) {
      if (this.#bytes <= this.#memoryBytes) return;
      if (numUsers > 0 || !loaded) continue;
      this.#entries.delete(key);
      this.#bytes -= loaded.bytes;
      if (loaded.memory instanceof SharedArrayBuffer) this.#spareShared.give(loaded.memory);
      else if (loaded.memory) this.#spare.give(loaded.memory);
    }
  }
}

function keyOf({ set, block }: BlockAddress): number {
  return set * 2 ** 40 + block;
}
