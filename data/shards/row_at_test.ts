import assert from "node:assert/strict";
import { rowAt } from "./row_at.ts";
import type { Rows } from "./rows.ts";

const rows: Rows = {
  first: 7,
  numRows: 2,
  columns: {
    image: {
      column: { name: "image", kind: "image", shape: [1, 2, 1] },
      values: Uint8Array.of(1, 2, 3, 4),
    },
    label: { column: { name: "label", kind: "label", classNames: [] }, values: Int32Array.of(5, 6) },
    says: {
      column: { name: "says", kind: "text" },
      values: new TextEncoder().encode("né"), // 1 and 2 bytes
      offsets: Int32Array.of(0, 1, 3),
    },
    sound: {
      column: { name: "sound", kind: "waveform", sampleRate: 8000 },
      values: Float32Array.of(0.25, 0.5, 0.75),
      offsets: Int32Array.of(0, 3, 3),
    },
  },
};

Deno.test("rowAt() cuts each column where the row's value lies", () => {
  assert.deepEqual(rowAt(rows, 0), {
    image: Uint8Array.of(1, 2),
    label: 5,
    says: "n",
    sound: Float32Array.of(0.25, 0.5, 0.75),
  });
  assert.deepEqual(rowAt(rows, 1), {
    image: Uint8Array.of(3, 4),
    label: 6,
    says: "é",
    sound: new Float32Array(0),
  });
  assert.throws(() => rowAt(rows, 2), new RangeError("There is no row 2 among 2: choose 0…1"));
});
