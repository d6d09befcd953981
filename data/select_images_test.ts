import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ImageSet } from "./image_set.ts";
import { selectImages } from "./select_images.ts";

const images: ImageSet = {
  ...{ name: "dots", height: 1, width: 2, channels: 1, numClasses: 3, classNames: ["a", "b", "c"], size: 3 },
  images: Uint8Array.of(10, 11, 20, 21, 30, 31),
  labels: Int32Array.of(0, 1, 2),
  ...{ mean: [0.1], std: [0.2], contentHash: "whole" },
};

Deno.test("selectImages() takes rows in the order asked for, more than once too, with their own hash", () => {
  const { contentHash, ...some } = selectImages(images, Int32Array.of(2, 0, 2));
  const { contentHash: _, ...whole } = images;
  assert.deepEqual(some, {
    ...whole,
    size: 3,
    images: Uint8Array.of(30, 31, 10, 11, 30, 31),
    labels: Int32Array.of(2, 0, 2),
  });
  const bytes = Uint8Array.of(30, 31, 10, 11, 30, 31, 2, 0, 2); // pixels, then a byte a label
  assert.equal(contentHash, createHash("sha256").update(bytes).digest("hex"));
});

Deno.test("selectImages() names an image that is not there", () => {
  for (const row of [-1, 3]) {
    assert.throws(() => selectImages(images, Int32Array.of(0, row)), {
      name: "RangeError",
      message: `There is no image ${row} in a set of 3: choose from 0 to 2`,
    });
  }
});
