import { useDevice } from "@lacuna/tensor";
import assert from "node:assert/strict";
import { augmentBatch } from "./augment_batch.ts";
import { augmentBatchAsync } from "./augment_batch_async.ts";
import type { ImageSet } from "./image_set.ts";

const set: ImageSet = {
  name: "noise",
  height: 9,
  width: 7,
  channels: 3,
  numClasses: 1,
  classNames: ["noise"],
  size: 20,
  images: Uint8Array.from({ length: 20 * 9 * 7 * 3 }, (_, i) => (i * 7919) % 256),
  labels: new Int32Array(20),
  mean: [0.3, 0.4, 0.5],
  std: [0.2, 0.3, 0.1],
  contentHash: "",
};
const augmentation = {
  crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
  flipProbability: 0.5,
  jitter: { strength: 0.4, probability: 0.8 },
} as const;
const address = { seed: 0, epoch: 1 };
const all = Int32Array.from({ length: 20 }, (_, i) => i);

Deno.test("augmentBatchAsync() makes augmentBatch()'s batch, and several at once", async () => {
  for (const device of ["auto", "cpu"]) {
    await useDevice(device);
    const parts = [all, all.subarray(5, 9), all.subarray(19), all.subarray(20)];
    const batches = await Promise.all(
      parts.map((samples) => augmentBatchAsync(set, samples, augmentation, address)),
    );
    assert.deepEqual(batches, parts.map((samples) => augmentBatch(set, samples, augmentation, address)));
  }
});
