import assert from "node:assert/strict";
import fc from "fast-check";
import { blockOrder } from "./block_order.ts";
import { madeUpSplit } from "./_made_up_split.ts";
import { lengthOrder } from "./length_order.ts";
import { createLoader } from "./loader.ts";
import { columnsPreparation } from "./preparations/columns.ts";
import { rowLengths } from "./row_lengths.ts";

const rowsOf = (numRows: number, epoch = 0) =>
  blockOrder({ numRows, rowsPerBlock: 7, windowBlocks: 3, seed: 1, epoch });
const lengthsOf = (numRows: number) =>
  Int32Array.from({ length: numRows }, (_, i) => 1000 + ((i * 7919) % 15000));

Deno.test("lengthOrder() has every sample once, its own inverse, and one value a position however it is asked for", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 5 }),
    (numRows, groupSize, poolGroups) => {
      const order = lengthOrder(rowsOf(numRows), {
        lengths: lengthsOf(numRows),
        groupSize,
        poolGroups,
        seed: 1,
      });
      const all = new Float64Array(numRows);
      order.fill(0, all);
      assert.deepEqual([...all].sort((a, b) => a - b), [...Array(numRows).keys()]);
      const from = Math.floor(numRows / 3);
      const part = new Float64Array(numRows - from);
      order.fill(from, part);
      assert.deepEqual(part, all.subarray(from));
      all.forEach((sample, position) => {
        assert.equal(order.at(position), sample);
        assert.equal(order.positionOf(sample), position);
      });
    },
  ));
});

Deno.test("lengthOrder() keeps samples in their pools, and groups of like lengths, in an order that is not that of their lengths", () => {
  const [numRows, groupSize, poolGroups] = [5000, 32, 16];
  const lengths = lengthsOf(numRows);
  const rows = rowsOf(numRows);
  const order = lengthOrder(rows, { lengths, groupSize, poolGroups, seed: 1 });
  const poolSize = groupSize * poolGroups;
  let [padded, real] = [0, 0];
  const longest: number[] = [];
  for (let start = 0; start < numRows; start += groupSize) {
    const group = new Float64Array(Math.min(groupSize, numRows - start));
    order.fill(start, group);
    const most = Math.max(...Array.from(group, (sample) => lengths[sample]!));
    longest.push(most);
    padded += group.length * most;
    real += group.reduce((sum, sample) => sum + lengths[sample]!, 0);
    for (const sample of group) {
      assert.equal(Math.floor(rows.positionOf(sample) / poolSize), Math.floor(start / poolSize));
    }
  }
  assert.ok(1 - real / padded < 0.06, `${1 - real / padded}`); // groups span 1/16 of 15,000, half of it on average: 470 of 8,500
  const rises = longest.filter((length, i) => i > 0 && length > longest[i - 1]!).length;
  assert.ok(rises > longest.length * 0.3 && rises < longest.length * 0.7, `${rises} of ${longest.length}`);
});

Deno.test("lengthOrder() is another in another epoch", () => {
  const lengths = lengthsOf(500);
  const [a, b] = [0, 1].map((epoch) => {
    const out = new Float64Array(500);
    lengthOrder(rowsOf(500), { lengths, groupSize: 10, seed: 1, epoch }).fill(0, out);
    return out;
  });
  assert.notDeepEqual(a, b);
});

Deno.test("lengthOrder() refuses sizes that do not fit", () => {
  assert.throws(
    () => lengthOrder(rowsOf(9), { lengths: [1, 2], groupSize: 3, seed: 0 }),
    /There are 2 lengths of 9 samples: give one each/,
  );
  assert.throws(
    () => lengthOrder(rowsOf(2), { lengths: [1, 2], groupSize: 0, seed: 0 }),
    /Samples of a group is 0/,
  );
  assert.throws(
    () => lengthOrder(rowsOf(2), { lengths: [1, 2], groupSize: 1, poolGroups: 0, seed: 0 }),
    /Groups of a pool is 0/,
  );
});

/** Row and number of tokens of every sample of an epoch, batch by batch. */
async function batchesOf(
  options: { rank?: number; numRanks?: number; from?: number; batchSize?: number },
): Promise<[number, number][][]> {
  const data = madeUpSplit(200);
  const { from = 0, batchSize = 6, ...ranks } = options;
  await using loader = await createLoader({
    data,
    preparation: columnsPreparation({ tokens: { length: 8 } }),
    batchSize,
    buckets: { lengths: await rowLengths(data, "tokens"), poolBatches: 8 },
    ...ranks,
  });
  const batches: [number, number][][] = [];
  for await (using batch of loader.batches({ from })) {
    const lengths = batch.arrays.tokensLength!.values;
    batches.push(Array.from(batch.samples.row, (row, i) => [row, lengths[i]!]));
  }
  return batches;
}

Deno.test("createLoader() puts samples of like lengths together, the same when it goes on and from two ranks", async () => {
  const batches = await batchesOf({});
  assert.deepEqual(batches.flat().map(([row]) => row).sort((a, b) => a - b), [...Array(200).keys()]);
  const spread = batches.map((batch) =>
    Math.max(...batch.map(([, n]) => n)) - Math.min(...batch.map(([, n]) => n))
  );
  assert.ok(spread.reduce((sum, s) => sum + s, 0) / spread.length < 3, `${spread}`); // of 0…8; without, 6 of 8 at random span 6
  assert.deepEqual(await batchesOf({ from: 20 }), batches.slice(20));
  const halves = await Promise.all([0, 1].map((rank) => batchesOf({ rank, numRanks: 2, batchSize: 3 })));
  assert.deepEqual(halves[0]!.map((batch, i) => [...batch, ...halves[1]![i]!]), batches);
});
