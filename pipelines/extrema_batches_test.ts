import assert from "node:assert/strict";
import { extremaBatches } from "./extrema_batches.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";

const images = testImages(8);
const samples = Int32Array.of(3, 5);

Deno.test("both views show the same part of an image, in colours of their own", async () => {
  const plain = await extremaBatches(testConfig("augment.jitter=0"), images).batch(samples, 0);
  assert.deepEqual(plain.student, plain.teacher);
  const coloured = await extremaBatches(testConfig(), images).batch(samples, 0);
  assert.notDeepEqual(coloured.student, coloured.teacher);
});

Deno.test("a batch depends on seed, epoch and samples alone", async () => {
  const source = extremaBatches(testConfig(), images);
  const batch = await source.batch(samples, 2);
  assert.deepEqual(await source.batch(samples, 2), batch);
  assert.deepEqual((await source.batch(samples.subarray(1), 2)).teacher, batch.teacher.subarray(14 * 14));
  assert.notDeepEqual((await source.batch(samples, 3)).teacher, batch.teacher);
  const otherSeed = await extremaBatches(testConfig("seed=1"), images).batch(samples, 2);
  assert.notDeepEqual(otherSeed.teacher, batch.teacher);
  assert.deepEqual([batch.samples, batch.epoch], [samples, 2]); // they address the masks
});
