import assert from "node:assert/strict";
import type { ImageSet } from "./image_set.ts";
import { normalizeBatch } from "./normalize_batch.ts";

const set: ImageSet = {
  name: "three pixels",
  height: 1,
  width: 1,
  channels: 2,
  numClasses: 1,
  classNames: ["pixel"],
  size: 3,
  images: Uint8Array.of(0, 255, 51, 102, 255, 0), // 3 images of 1 × 1 × 2
  labels: new Int32Array(3),
  mean: [0.5, 0],
  std: [0.25, 0.5],
  contentHash: "",
};

Deno.test("normalizeBatch() scales to [0, 1], then subtracts the mean and divides by the deviation", () => {
  const batch = normalizeBatch(set, [2, 0]);
  assert.deepEqual(batch, Float32Array.of(2, 0, -2, 2)); // (1 − ½)/¼, 0/½, (0 − ½)/¼, 1/½
});

Deno.test("normalizeBatch() refuses a sample that is not there", () => {
  for (const sample of [-1, 3, 0.5]) {
    assert.throws(() => normalizeBatch(set, [sample]), /in a set of 3: choose 0…2/);
  }
});
