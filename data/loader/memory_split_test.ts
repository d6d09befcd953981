import assert from "node:assert/strict";
import { memorySplit } from "./memory_split.ts";

const rows = {
  first: 0,
  numRows: 3,
  columns: {
    image: {
      column: { name: "image", kind: "image", shape: [1, 2, 1] },
      values: Uint8Array.of(1, 2, 3, 4, 5, 6),
    },
    tokens: {
      column: { name: "tokens", kind: "tokens" },
      values: Int32Array.of(7, 8, 9),
      offsets: Int32Array.of(0, 2, 2, 3),
    },
  },
} as const;

Deno.test("memorySplit() gives rows by blocks, the last of them shorter", async () => {
  const { columns: [image, tokens], numRows, readBlock } = memorySplit("three", rows, 2);
  assert.deepEqual([image, tokens, numRows], [rows.columns.image.column, rows.columns.tokens.column, 3]);
  const first = await readBlock(0), last = await readBlock(1);
  assert.deepEqual([first.first, first.numRows, last.first, last.numRows], [0, 2, 2, 1]);
  assert.deepEqual(first.columns["image"]!.values, Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual(first.columns["tokens"]!.offsets, Int32Array.of(0, 2, 2)); // two tokens, then none
  assert.deepEqual(last.columns["tokens"]!.values, Int32Array.of(9));
  assert.deepEqual(last.columns["tokens"]!.offsets, Int32Array.of(0, 1));
});

Deno.test("the hash of a memorySplit() tells other values, other offsets and other columns", () => {
  const { image, tokens } = rows.columns;
  const hashOf = (columns: Parameters<typeof memorySplit>[1]["columns"]) =>
    memorySplit("three", { ...rows, columns }).contentHash;
  const hashes = [
    hashOf({ image, tokens }),
    hashOf({ image: { ...image, values: image.values.map((x) => x + 1) }, tokens }),
    hashOf({ image, tokens: { ...tokens, offsets: Int32Array.of(0, 1, 2, 3) } }),
    hashOf({ image }),
  ];
  assert.equal(new Set(hashes).size, 4);
  assert.equal(hashOf({ image, tokens }), hashes[0]);
});
