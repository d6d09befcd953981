import assert from "node:assert/strict";
import fc from "fast-check";
import { batchSpan, countBatches } from "./batch_span.ts";

const layouts = fc.record({
  numSamples: fc.nat(500),
  batchSize: fc.integer({ min: 1, max: 20 }),
  numRanks: fc.integer({ min: 1, max: 9 }),
  dropLast: fc.boolean(),
});

Deno.test("batchSpan() of all ranks joined is the sequence of one, with no position lost or doubled", () => {
  fc.assert(fc.property(layouts, (layout) => {
    const { numSamples, batchSize, numRanks, dropLast } = layout;
    const one = { numSamples, batchSize: batchSize * numRanks, dropLast };
    let next = 0;
    for (let index = 0; index < countBatches(layout); index++) {
      const first = next;
      for (let rank = 0; rank < numRanks; rank++) {
        const { from, count } = batchSpan({ ...layout, rank }, index);
        assert.equal(from, next);
        assert.ok(count <= batchSize && (count === batchSize || index === countBatches(layout) - 1));
        next += count;
      }
      assert.deepEqual(batchSpan(one, index), { from: first, count: next - first });
    }
    const numDropped = dropLast ? numSamples % (batchSize * numRanks) : 0;
    assert.equal(next, numSamples - numDropped);
  }));
});

Deno.test("batchSpan() shares a short last batch evenly", () => {
  fc.assert(fc.property(layouts, (layout) => {
    const last = countBatches({ ...layout, dropLast: false }) - 1;
    if (last < 0) return;
    const counts = Array.from(
      { length: layout.numRanks },
      (_, rank) => batchSpan({ ...layout, dropLast: false, rank }, last).count,
    );
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
  }));
});

Deno.test("batchSpan() refuses a batch or a rank that is not there", () => {
  const layout = { numSamples: 10, batchSize: 4 };
  assert.throws(() => batchSpan(layout, 3), { message: "Index of the batch is 3: give an integer in 0…2" });
  assert.throws(() => countBatches({ ...layout, numRanks: 2, rank: 2 }), RangeError);
  assert.throws(() => countBatches({ ...layout, batchSize: 0 }), RangeError);
});
