import assert from "node:assert/strict";
import { encodePng } from "@lacuna/data/images";
import { memorySplit } from "@lacuna/data/loader";
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
  await using source = await methodBatches(extremaMethod, testConfig(), images, { workers: 2 });
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

Deno.test("images that cannot be decoded end the batches, or are replaced and counted up to a limit", async () => {
  const good = await encodePng({
    height: 14,
    width: 14,
    channels: 3,
    pixels: new Uint8Array(14 * 14 * 3).fill(90),
  });
  const bad = Uint8Array.of(1, 2, 3);
  const files = Array.from({ length: 24 }, (_, i) => i === 3 || i === 17 ? bad : good);
  const offsets = new Int32Array(25);
  files.forEach(({ length }, i) => offsets[i + 1] = offsets[i]! + length);
  const values = new Uint8Array(offsets[24]!);
  files.forEach((file, i) => values.set(file, offsets[i]));
  const column = { name: "image", kind: "encodedImage" } as const;
  const rows = { first: 0, numRows: 24, columns: { image: { column, values, offsets } } };
  const pictures = {
    ...images,
    channels: 3,
    mean: [0.5, 0.5, 0.5],
    std: [0.2, 0.2, 0.2],
    split: memorySplit("files", rows),
  };
  const epochWith = async (skipBad: number) => {
    await using source = await methodBatches(extremaMethod, testConfig(), pictures, { skipBad });
    let count = 0;
    for await (const { batch } of source.batches(0, 0)) {
      assert.ok(!batch.samples.includes(3) && !batch.samples.includes(17));
      if (++count === 3) break;
    }
    return source.numBad();
  };
  assert.equal(await epochWith(2), 2);
  await assert.rejects(epochWith(0), { name: "SampleError" });
  await assert.rejects(epochWith(1), { name: "SampleError" });
});
