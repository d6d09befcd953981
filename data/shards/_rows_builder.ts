import type { Column } from "./column.ts";
import type { ColumnValues, Row, Value } from "./rows.ts";
import { bytesOf, MAX_BUFFER_BYTES, storageOf } from "./_storage.ts";

const encoder = new TextEncoder();

/** Collects rows into columns. */
export class RowsBuilder {
  readonly #columns: readonly ColumnBuilder[];
  #numRows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns.map((column) => new ColumnBuilder(column));
  }

  get numRows(): number {
    return this.#numRows;
  }

  /**
   * Adds a row, all of it or nothing.
   * @throws {RangeError} If it has other columns than the others, or a value that does not fit its column.
   */
  append(row: Row): void {
    for (const { column } of this.#columns) checkValue(column, row[column.name]);
    if (Object.keys(row).length > this.#columns.length) {
      const extra = Object.keys(row).find((name) =>
        this.#columns.every(({ column }) => column.name !== name)
      );
      throw new RangeError(`there is a value for "${extra}", which is no column`);
    }
    for (const column of this.#columns) column.append(row[column.column.name]!);
    this.#numRows++;
  }

  /** The first rows, which are views until the next `append()`; they are forgotten. */
  take(): ColumnValues[] {
    this.#numRows = 0;
    return this.#columns.map((column) => column.take());
  }
}

class ColumnBuilder {
  readonly column: Column;
  readonly #width: number;
  #values: ReturnType<typeof allocate>;
  #length = 0;
  #offsets = new Int32Array(64);
  #numRows = 0;

  constructor(column: Column) {
    this.column = column;
    this.#width = storageOf(column).width;
    this.#values = allocate(column, Math.max(this.#width, 1024));
  }

  append(value: Value): void {
    if (typeof value === "number") {
      this.#reserve(1);
      this.#values[this.#length++] = value;
    } else if (typeof value === "string") {
      this.#appendText(value);
    } else {
      this.#reserve(value.length);
      this.#values.set(value, this.#length);
      this.#length += value.length;
    }
    this.#numRows++;
    if (this.#width === 0) this.#markEnd();
  }

  take(): ColumnValues {
    const values = this.#values.subarray(0, this.#length);
    const offsets = this.#offsets.subarray(0, this.#numRows + 1);
    this.#length = 0;
    this.#numRows = 0;
    return this.#width === 0 ? { column: this.column, values, offsets } : { column: this.column, values };
  }

  #appendText(text: string): void {
    this.#reserve(3 * text.length); // a UTF-16 unit is at most 3 bytes of UTF-8
    this.#length += encoder.encodeInto(text, bytesOf(this.#values).subarray(this.#length)).written;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#values.length) return;
    const max = MAX_BUFFER_BYTES / this.#values.BYTES_PER_ELEMENT;
    if (needed > max) {
      throw new RangeError(
        `column "${this.column.name}" would have ${needed} values in one block, more than ${max}: choose fewer rows per block`,
      );
    }
    const grown = allocate(this.column, Math.min(Math.max(2 * this.#values.length, needed), max));
    grown.set(this.#values.subarray(0, this.#length));
    this.#values = grown;
  }

  #markEnd(): void {
    if (this.#numRows === this.#offsets.length) {
      const grown = new Int32Array(2 * this.#offsets.length);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[this.#numRows] = this.#length;
  }
}

function allocate(column: Column, length: number) {
  return new (storageOf(column).array)(length);
}

function checkValue(column: Column, value: Value | undefined): void {
  const problem = problemOf(column, value);
  if (problem !== undefined) throw new RangeError(`column "${column.name}" (${column.kind}) ${problem}`);
}

/** Why a column cannot have a value, or nothing. */
function problemOf(column: Column, value: Value | undefined): string | undefined {
  if (value === undefined) return "has no value";
  switch (column.kind) {
    case "image": {
      if (!(value instanceof Uint8Array)) return `has ${describe(value)}, not bytes`;
      const { width } = storageOf(column);
      if (value.length === width) return undefined;
      return `has ${value.length} bytes, not ${column.shape.join(" × ")} = ${width}`;
    }
    case "label": {
      const numClasses = column.classNames.length || 2 ** 20;
      if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < numClasses) {
        return undefined;
      }
      return `has ${describe(value)}, not an integer of 0…${numClasses - 1}`;
    }
    case "number":
      return Number.isFinite(value) ? undefined : `has ${describe(value)}, not a finite number`;
    case "text":
      if (typeof value !== "string") return `has ${describe(value)}, not a string`;
      return value.isWellFormed() ? undefined : "has half a surrogate pair, which UTF-8 cannot hold";
    case "waveform":
      if (!(value instanceof Float32Array)) return `has ${describe(value)}, not float32 samples`;
      return isFinite(value) ? undefined : "has a sample that is not finite";
    case "tokens":
      return value instanceof Int32Array ? undefined : `has ${describe(value)}, not int32 indices`;
    case "encodedImage":
    case "encodedAudio":
      return value instanceof Uint8Array ? undefined : `has ${describe(value)}, not bytes`;
  }
}

function isFinite(samples: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * 0; // 0, or NaN from the first that is not finite on
  return sum === 0;
}

function describe(value: Value): string {
  return typeof value === "object" ? value.constructor.name : JSON.stringify(value) ?? String(value);
}
