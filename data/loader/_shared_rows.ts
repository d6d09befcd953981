import type { Column } from "../shards/column.ts";
import type { ColumnValues, Rows } from "../shards/rows.ts";

type Values = ColumnValues["values"];
type View = new (memory: ArrayBufferLike, at: number, length: number) => Values;
const types = { Uint8Array, Int32Array, Float32Array, Float64Array } satisfies Record<string, View>;

/** Where a column's values lie in memory. */
type Placement = {
  readonly name: string;
  readonly type: keyof typeof types;
  readonly at: number; // bytes from the start
  readonly length: number; // elements
  readonly offsetsAt: number; // −1 if there are none
};

/** Rows in memory that threads share; it can be sent to a worker, which has the columns already. */
export type SharedRows = {
  /** Of the loader's sets: whose columns they have. */
  readonly set: number;
  readonly first: number;
  readonly numRows: number;
  readonly memory: SharedArrayBuffer;
  readonly placements: readonly Placement[];
};

/** Bytes of a block's values. */
export function rowBytes(rows: Rows): number {
  let bytes = 0;
  for (const { values, offsets } of Object.values(rows.columns)) {
    bytes += aligned(values.byteLength) + aligned(offsets?.byteLength ?? 0);
  }
  return bytes;
}

/** Copies rows of a set into shared memory of at least `rowBytes(rows)`. */
export function shareRows(set: number, rows: Rows, memory: SharedArrayBuffer): SharedRows {
  const bytes = new Uint8Array(memory);
  let end = 0;
  const place = (values: ArrayBufferView): number => {
    const at = end;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    end += aligned(values.byteLength);
    return at;
  };
  const placements = Object.entries(rows.columns).map(([name, { values, offsets }]): Placement => ({
    name,
    type: typeOf(values),
    at: place(values),
    length: values.length,
    offsetsAt: offsets ? place(offsets) : -1,
  }));
  return { set, first: rows.first, numRows: rows.numRows, memory, placements };
}

/** The rows as they lie in shared memory. */
export function viewRows(shared: SharedRows, columns: readonly Column[]): Rows {
  const { first, numRows, memory } = shared;
  const views: Record<string, ColumnValues> = {};
  for (const { name, type, at, length, offsetsAt } of shared.placements) {
    views[name] = {
      column: columns.find((column) => column.name === name)!,
      values: new (types[type] as View)(memory, at, length),
      ...(offsetsAt >= 0 ? { offsets: new Int32Array(memory, offsetsAt, numRows + 1) } : {}),
    };
  }
  return { first, numRows, columns: views };
}

function typeOf(values: Values): keyof typeof types {
  if (values instanceof Uint8Array) return "Uint8Array";
  if (values instanceof Int32Array) return "Int32Array";
  return values instanceof Float32Array ? "Float32Array" : "Float64Array";
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
