import type { ShardSizes } from "./_import_journal.ts";
import { storageOf } from "./_storage.ts";
import type { Column } from "./column.ts";
import type { Row, Value } from "./rows.ts";

const BLOCK_BYTES = 2 ** 20; // at least, and less than twice as much where all rows are of one size
const MAX_ROWS_PER_BLOCK = 65_536;
const MAX_VARYING_ROWS = 8192; // of a block: later rows may be much longer than those that its size was chosen by
const SAMPLE_ROWS = 1024;
const SAMPLE_BYTES = 2 ** 25;

/** A row that waits, and what was counted up to it. */
export type WaitingRow = {
  readonly row: Row;
  readonly items: number;
  readonly dropped: Readonly<Record<string, number>>;
};

/** The first rows, which wait until they show how many make a block: one alone may be much longer or shorter than those behind it. */
export class FirstRows {
  readonly #columns: readonly Column[];
  readonly #isFixed: boolean;
  #rows: WaitingRow[] = [];
  #bytes = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#isFixed = columns.every((column) => storageOf(column).width > 0);
  }

  /** Whether there are enough of them: one, where all rows are of one size. */
  get areEnough(): boolean {
    return this.#rows.length >= (this.#isFixed ? 1 : SAMPLE_ROWS) || this.#bytes >= SAMPLE_BYTES;
  }

  /** A power of two of rows, which have on average 1 to 2 MiB. */
  get rowsPerBlock(): number {
    const rows = BLOCK_BYTES * Math.max(1, this.#rows.length) / Math.max(1, this.#bytes);
    return Math.min(
      this.#isFixed ? MAX_ROWS_PER_BLOCK : MAX_VARYING_ROWS,
      2 ** Math.max(0, Math.ceil(Math.log2(rows))),
    );
  }

  /** Keeps a copy: its source may use the memory again. */
  add(waiting: WaitingRow): void {
    this.#rows.push({ ...waiting, row: copyOf(waiting.row) });
    for (const column of this.#columns) this.#bytes += bytesIn(column, waiting.row[column.name]);
  }

  /** All of them, in order; they are forgotten. */
  take(): readonly WaitingRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

/**
 * The sizes of all blocks and shards, from the first block.
 * @param numRows Of it; if the source has no more, it may be less than a whole one.
 * @param fileBytes That it took.
 */
export function shardSizes(
  numRows: number,
  fileBytes: number,
  rowsPerBlock: number,
  shardBytes: number,
): ShardSizes {
  const blockBytes = fileBytes * rowsPerBlock / numRows;
  return { rowsPerBlock, rowsPerShard: Math.max(1, Math.round(shardBytes / blockBytes)) * rowsPerBlock };
}

function copyOf(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copyOfValue(value)]));
}

function copyOfValue(value: Value): Value {
  if (value instanceof Uint8Array) return new Uint8Array(value); // a Buffer's slice() would be a view
  return value instanceof Float32Array || value instanceof Int32Array ? value.slice() : value;
}

/** About: a value that does not fit its column is refused later. */
function bytesIn(column: Column, value: Value | undefined): number {
  const { array, width } = storageOf(column);
  if (width > 0) return width * array.BYTES_PER_ELEMENT;
  const offset = 4;
  return offset +
    (typeof value === "string" ? value.length : ArrayBuffer.isView(value) ? value.byteLength : 0);
}
