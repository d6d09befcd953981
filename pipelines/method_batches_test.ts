import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import type { ViewsBatch } from "./views_batch.ts";
import { extremaMethod } from "./extrema_method.ts";
import { methodBatches } from "./method_batches.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";

await useDevice("cpu");

const images = testImages(24); // 3 batches of 8

/** Some batches, and which images are in them. */
async function take(
  count: number,
  { epoch = 0, from = 0, settings = [] as string[] } = {},
): Promise<ViewsBatch[]> {
  await using source = await methodBatches(extremaMethod, testConfig(...settings), images);
  const batches: ViewsBatch[] = [];
  for await (const { batch } of source.batches(epoch, from)) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
}

Deno.test("both views show the same part of an image, in colours of their own", async () => {
  const [plain] = await take(1, { settings: ["augment.jitter=0"] });
  assert.deepEqual(plain!.student, plain!.teacher);
  const [coloured] = await take(1);
  assert.notDeepEqual(coloured!.student, coloured!.teacher);
});

Deno.test("batches are the same from wherever they are asked for, and go on into the next epoch", async () => {
  const all = await take(6);
  assert.deepEqual(await take(4, { from: 2 }), all.slice(2));
  assert.deepEqual(await take(2, { epoch: 1, from: 1 }), all.slice(4));
  for (const epoch of [0, 1]) {
    const samples = all.filter((batch) => batch.epoch === epoch).flatMap((batch) => [...batch.samples]);
    assert.deepEqual(samples.sort((a, b) => a - b), [...Array(24).keys()]); // each once
  }
});

Deno.test("workers give the same batches", async () => {
  const here = await take(4);
  await using source = await methodBatches(extremaMethod, testConfig(), images, 2);
  let index = 0;
  for await (const { batch } of source.batches(0, 0)) {
    const { student, teacher, samples, epoch } = here[index++]!;
    assert.deepEqual([...batch.student], [...student]); // in shared memory
    assert.deepEqual([...batch.teacher], [...teacher]);
    assert.deepEqual([batch.samples, batch.epoch], [samples, epoch]);
    if (index === here.length) break;
  }
});

Deno.test("the order has a hash that tells another seed, other images and another epoch", async () => {
  const hashOf = async (epoch: number, size = 24, ...settings: string[]) => {
    await using source = await methodBatches(extremaMethod, testConfig(...settings), testImages(size));
    return source.orderHash(epoch);
  };
  const hashes = [await hashOf(0), await hashOf(1), await hashOf(0, 32), await hashOf(0, 24, "seed=1")];
  assert.equal(new Set(hashes).size, 4);
  assert.equal(await hashOf(0), hashes[0]);
});
