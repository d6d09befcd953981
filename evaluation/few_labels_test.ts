import type { ImageSet } from "@lacuna/data";
import assert from "node:assert/strict";
import { fewLabels } from "./few_labels.ts";

/** An image of one pixel, its number, for each label. */
function numbered(labels: readonly number[]): ImageSet {
  const shape = {
    name: "numbers",
    height: 1,
    width: 1,
    channels: 1,
    numClasses: 3,
    classNames: ["a", "b", "c"],
  };
  const images = Uint8Array.from(labels, (_, row) => row);
  const statistics = { mean: [0.5], std: [0.5], contentHash: "" };
  return { ...shape, size: labels.length, images, labels: Int32Array.from(labels), ...statistics };
}

const counts = ({ labels }: ImageSet) =>
  [0, 1, 2].map((label) => labels.filter((other) => other === label).length);

Deno.test("fewLabels() draws as many of each class, and of the others where one has no more", () => {
  const images = numbered([...Array(50).fill(0), ...Array(40).fill(1), ...Array(10).fill(2)]);
  assert.deepEqual(counts(fewLabels(images, 27)), [9, 9, 9]);
  assert.deepEqual(counts(fewLabels(images, 40)), [15, 15, 10]);
  assert.deepEqual(counts(fewLabels(images, 100)), [50, 40, 10]);
});

Deno.test("fewLabels() draws different images, the same each time, and more of them where more are asked for", () => {
  const images = numbered(Array.from({ length: 90 }, (_, row) => row % 3));
  const few = fewLabels(images, 9), more = fewLabels(images, 30);
  assert.equal(new Set(more.images).size, 30);
  assert.deepEqual(more.images.subarray(0, 9), few.images);
  assert.deepEqual(fewLabels(images, 9), few);
  assert.ok(few.images.some((row) => row >= 9)); // not the first of each class
  few.images.forEach((row, i) => assert.equal(few.labels[i], row % 3));
});

Deno.test("fewLabels() says how many there are", () => {
  for (const numLabels of [0, 4, 1.5]) {
    assert.throws(() => fewLabels(numbered([0, 1, 2]), numLabels), {
      name: "RangeError",
      message: `Cannot draw ${numLabels} labelled images of 3: choose from 1 to 3`,
    });
  }
});
