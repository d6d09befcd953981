import assert from "node:assert/strict";
import { pieceIndices } from "./piece_indices.ts";

Deno.test("pieceIndices() says of each token which piece it is of", () => {
  assert.deepEqual([...pieceIndices([0, 2, 2, 5], 7)], [0, 0, 2, 2, 2, -1, -1]);
  assert.deepEqual([...pieceIndices([0], 2)], [-1, -1]);
});

Deno.test("pieceIndices() refuses offsets that do not ascend from 0 to the length", () => {
  for (const offsets of [[1, 2], [0, 3, 2], [0, 5], [0, NaN]]) {
    assert.throws(() => pieceIndices(offsets, 4), RangeError, String(offsets));
  }
});
