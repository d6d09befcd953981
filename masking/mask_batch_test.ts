import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { blockMask } from "./block_mask.ts";
import { denseMask } from "./dense_mask.ts";
import { flatMasked } from "./flat_masked.ts";
import { maskBatch } from "./mask_batch.ts";
import { restoreOrder } from "./restore_order.ts";
import { maskRows } from "./mask_rows.ts";

const one = { visible: Int32Array.of(0, 2), masked: Int32Array.of(1) };
const two = { visible: Int32Array.of(1, 2), masked: Int32Array.of(0) };

Deno.test("maskBatch() lays masks row by row", () => {
  assert.deepEqual(maskBatch([one, two]), {
    numRows: 2,
    numVisible: 2,
    numMasked: 1,
    visible: Int32Array.of(0, 2, 1, 2),
    masked: Int32Array.of(1, 0),
  });
});

Deno.test("restoreOrder() gives the way back row by row", () => {
  assert.deepEqual(restoreOrder([one, two]), Int32Array.of(0, 2, 1, 2, 0, 1)); // places in [0, 2, 1] and in [1, 2, 0]
});

Deno.test("maskBatch() refuses masks of different numbers and says what to do", () => {
  assert.throws(() => maskBatch([one, { visible: Int32Array.of(0), masked: Int32Array.of(1, 2) }]), {
    name: "RangeError",
    message:
      "Row 1 has 1 visible and 2 masked tokens, row 0 2 and 1: draw an exact number, or use thinMasks() or flatMasked()",
  });
  assert.throws(() => maskBatch([]), RangeError);
});

Deno.test("maskRows() puts masks or samples first", () => {
  assert.deepEqual(maskRows([[one, two], [two, two]], "mask-major"), [one, two, two, two]);
  assert.deepEqual(maskRows([[one, two], [two, one]], "sample-major"), [one, two, two, one]);
  assert.deepEqual(maskRows([[one, two], [two, one]], "mask-major"), [one, two, two, one]);
  assert.deepEqual(maskRows([[one, one], [two, two]], "mask-major"), [one, two, one, two]);
  assert.throws(() => maskRows([[one], []], "mask-major"), {
    name: "RangeError",
    message: "Sample 1 has 0 masks, sample 0 1: draw as many for each",
  });
});

Deno.test("flatMasked() and denseMask() name the same tokens, of masks of any numbers", () => {
  const masks = Array.from(
    { length: 20 },
    (_, sample) => blockMask({ grid: [14, 14], numMasked: 75 }, stream({ seed: 0, name: "mask", sample })),
  );
  const dense = denseMask(masks, 196);
  assert.deepEqual([...flatMasked(masks, 196)], [...dense.keys()].filter((i) => dense[i] === 1));
  assert.equal(
    dense.reduce((sum, x) => sum + x, 0),
    masks.reduce((sum, { masked }) => sum + masked.length, 0),
  );
  for (const lay of [flatMasked, denseMask]) {
    assert.throws(() => lay(masks, 10), { name: "RangeError", message: /Row 0 masks token \d+ of 10/ });
  }
});
