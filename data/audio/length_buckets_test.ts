import assert from "node:assert/strict";
import * as fc from "fast-check";
import { lengthBuckets } from "./length_buckets.ts";

const lengths = Int32Array.from({ length: 5000 }, (_, i) => 1000 + ((i * 7919) % 15000)); // 1000…16000, about uniform

Deno.test("lengthBuckets() has every sample once, within both limits, for every size", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 300 }),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 500, max: 5000 }),
    (some, batchSize, poolBatches, numRanks, maxPadded) => {
      const options = { seed: 3, epoch: 1, batchSize, poolBatches, numRanks, maxPadded };
      const { batches, padding } = lengthBuckets(some, options);
      assert.deepEqual(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b), some.map((_, i) => i));
      for (const batch of batches) {
        const longest = Math.max(...Array.from(batch, (i) => some[i]!));
        assert.ok(batch.length >= 1 && batch.length <= batchSize);
        assert.ok(batch.length === 1 || batch.length * longest <= maxPadded);
      }
      assert.ok(padding >= 0 && padding < 1);
      assert.deepEqual(lengthBuckets(some, options).batches, batches); // a pure function
    },
  ));
});

Deno.test("lengthBuckets() pads little, and reports how much", () => {
  const { batches, padding } = lengthBuckets(lengths, { seed: 0, epoch: 0, batchSize: 32 });
  const padded = batches.reduce(
    (sum, b) => sum + b.length * Math.max(...Array.from(b, (i) => lengths[i]!)),
    0,
  );
  const real = lengths.reduce((sum, length) => sum + length, 0);
  assert.ok(Math.abs(padding - (1 - real / padded)) < 1e-12);
  assert.ok(padding < 0.02, `${padding}`); // 32 of 2,048 sorted lengths span 235 of 15,000: 117 of 8,500 on average; of the last pool's 904, 265
  const unsorted = lengthBuckets(lengths, { seed: 0, epoch: 0, batchSize: 32, poolBatches: 1 }).padding;
  assert.ok(unsorted > 0.4, `${unsorted}`); // the longest of 32 has about 15,550 of 16,000, the mean is 8,500
});

Deno.test("lengthBuckets() differs by epoch, in company and in order", () => {
  const epochs = [0, 1].map((epoch) => lengthBuckets(lengths, { seed: 0, epoch, batchSize: 32 }).batches);
  const companyOfFirst = epochs.map((batches) => batches.find((batch) => batch.includes(0))!);
  assert.ok(companyOfFirst[0]!.filter((i) => companyOfFirst[1]!.includes(i)).length < 32 / 2);
  const means = epochs[0]!.map((batch) => batch.reduce((sum, i) => sum + lengths[i]!, 0) / batch.length);
  const rises = means.filter((mean, i) => i > 0 && mean > means[i - 1]!).length;
  assert.ok(rises > means.length * 0.3 && rises < means.length * 0.7, `${rises} of ${means.length}`); // not sorted by length
});

Deno.test("lengthBuckets() gives ranks that take turns like work", () => {
  const numRanks = 4;
  const { batches } = lengthBuckets(lengths, { seed: 0, epoch: 0, batchSize: 32, numRanks });
  const longest = batches.map((batch) => Math.max(...Array.from(batch, (i) => lengths[i]!)));
  let spread = 0;
  for (let i = 0; i + numRanks <= longest.length; i += numRanks) {
    const turn = longest.slice(i, i + numRanks);
    spread += Math.max(...turn) - Math.min(...turn);
  }
  assert.ok(spread / (longest.length / numRanks) < 2000); // three steps of 235 on average, and where pools meet; unordered, 9,000
});

Deno.test("lengthBuckets() refuses no size", () => {
  for (const option of ["batchSize", "poolBatches", "numRanks"]) {
    assert.throws(
      () => lengthBuckets([1], { seed: 0, epoch: 0, batchSize: 1, [option]: 0 }),
      new RegExp(`${option} is 0`),
    );
  }
});
