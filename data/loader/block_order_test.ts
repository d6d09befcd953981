import assert from "node:assert/strict";
import fc from "fast-check";
import { blockOrder } from "./block_order.ts";

const sizes = fc.record({
  numRows: fc.integer({ min: 0, max: 700 }),
  rowsPerBlock: fc.integer({ min: 1, max: 40 }),
  windowBlocks: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Infinity)),
  seed: fc.integer(),
  epoch: fc.nat(),
});

Deno.test("blockOrder() holds every row once, can be undone, and be looked up anywhere", () => {
  fc.assert(fc.property(sizes, fc.nat(), (options, start) => {
    const order = blockOrder(options);
    const rows = new Float64Array(options.numRows);
    order.fill(0, rows);
    assert.deepEqual(rows.toSorted(), Float64Array.from({ length: options.numRows }, (_, i) => i));
    const again = blockOrder(options);
    for (const [i, row] of rows.entries()) {
      assert.equal(again.at(i), row);
      assert.equal(order.positionOf(row), i);
    }
    const from = options.numRows === 0 ? 0 : start % options.numRows;
    const part = new Float64Array(Math.ceil((options.numRows - from) / 2));
    again.fill(from, part);
    assert.deepEqual(part, rows.subarray(from, from + part.length));
  }));
});

Deno.test("blockOrder() finishes the blocks of one window before it begins those of the next", () => {
  fc.assert(fc.property(sizes, (options) => {
    const { numRows, rowsPerBlock, windowBlocks } = options;
    const rows = new Float64Array(numRows);
    blockOrder(options).fill(0, rows);
    const left = new Map<number, number>(); // block → rows of it that have not come yet
    let open = new Set<number>();
    for (const row of rows) {
      const block = Math.floor(row / rowsPerBlock);
      if ([...open].every((b) => left.get(b) === 0)) open = new Set(); // the window is done
      open.add(block);
      left.set(block, (left.get(block) ?? Math.min(rowsPerBlock, numRows - block * rowsPerBlock)) - 1);
      assert.ok(open.size <= windowBlocks);
    }
  }));
});

Deno.test("blockOrder() mixes all rows of a window: every row of a block is as likely at every place of it", () => {
  const options = { numRows: 26, rowsPerBlock: 4, windowBlocks: 3, seed: 1 }; // windows of 12, 12 and 2, or with the short one earlier
  const numEpochs = 26_000;
  const counts = new Float64Array(26 * 26);
  const rows = new Float64Array(26);
  for (let epoch = 0; epoch < numEpochs; epoch++) {
    blockOrder({ ...options, epoch }).fill(0, rows);
    for (const [position, row] of rows.entries()) counts[position * 26 + row]!++;
  }
  // Rows 0…23 of whole blocks are exchangeable with each other, and so are the two of the short block
  for (let position = 0; position < 26; position++) {
    const whole = counts.subarray(position * 26, position * 26 + 24);
    const expected = whole.reduce((sum, count) => sum + count, 0) / 24;
    const chiSquare = whole.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert.ok(chiSquare < 58, `${chiSquare} at ${position}`); // 23 degrees of freedom: 1 in 10,000 lies above, of 26 positions
  }
});

Deno.test("blockOrder() differs by seed, epoch and set", () => {
  const options = { numRows: 1000, rowsPerBlock: 10, windowBlocks: 4, seed: 0 };
  const orders = [{}, { seed: 1 }, { epoch: 1 }, { set: 1 }].map((other) => {
    const rows = new Float64Array(1000);
    blockOrder({ ...options, ...other }).fill(0, rows);
    return rows.join();
  });
  assert.equal(new Set(orders).size, 4);
});

Deno.test("blockOrder() looks up 10¹² rows as fast as a thousand", () => {
  const order = blockOrder({ numRows: 1e12 + 7, rowsPerBlock: 4096, windowBlocks: 16, seed: 0 });
  for (const position of [0, 65_535, 65_536, 5e11, 1e12 + 6]) {
    assert.equal(order.positionOf(order.at(position)), position);
  }
});

Deno.test("blockOrder() refuses sizes that are none", () => {
  const options = { numRows: 10, rowsPerBlock: 5, windowBlocks: 1, seed: 0 };
  for (const wrong of [{ numRows: -1 }, { rowsPerBlock: 0 }, { windowBlocks: 0 }, { windowBlocks: 1.5 }]) {
    assert.throws(() => blockOrder({ ...options, ...wrong }), RangeError);
  }
});
