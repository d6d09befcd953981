import { createHash, type Hash } from "node:crypto";
import type { Column } from "./column.ts";
import type { ColumnValues } from "./rows.ts";
import { bytesOf } from "./_storage.ts";

/**
 * Hashes what rows hold, however they are cut into blocks: SHA-256 of the columns as JSON and, for each, the SHA-256 of its values
 * end to end, little-endian, and where they vary in length, that of the lengths as int32.
 */
export class ContentHash {
  readonly #facts: string;
  readonly #values: readonly Hash[];
  readonly #lengths: readonly Hash[];

  constructor(columns: readonly Column[]) {
    this.#facts = JSON.stringify(columns.map(inFixedOrder));
    this.#values = columns.map(() => createHash("sha256"));
    this.#lengths = columns.map(() => createHash("sha256"));
  }

  /** Adds the next rows. */
  update(columns: readonly ColumnValues[]): void {
    columns.forEach(({ values, offsets }, i) => {
      this.#values[i]!.update(bytesOf(values));
      if (offsets !== undefined) this.#lengths[i]!.update(bytesOf(lengthsOf(offsets)));
    });
  }

  /** In hexadecimal; nothing can be added afterwards. */
  digest(): string {
    const hash = createHash("sha256").update(this.#facts);
    for (const part of [...this.#values, ...this.#lengths]) hash.update(part.digest());
    return hash.digest("hex");
  }
}

/** Length of each row, [n], from the offsets, [n + 1]. */
function lengthsOf(offsets: Int32Array): Int32Array {
  const lengths = new Int32Array(offsets.length - 1);
  for (let i = 0; i < lengths.length; i++) lengths[i] = offsets[i + 1]! - offsets[i]!;
  return lengths;
}

/** The same fields in the same order, however the object was written. */
function inFixedOrder(column: Column): unknown[] {
  switch (column.kind) {
    case "image":
      return [column.name, column.kind, column.shape];
    case "label":
      return [column.name, column.kind, column.classNames];
    case "waveform":
      return [column.name, column.kind, column.sampleRate];
    default:
      return [column.name, column.kind];
  }
}
