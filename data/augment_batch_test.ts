import assert from "node:assert/strict";
import { type Augmentation, augmentBatch } from "./augment_batch.ts";
import { normalizeBatch } from "./normalize_batch.ts";
import type { ImageSet } from "./image_set.ts";

const SIZE = 64;
const set: ImageSet = {
  name: "noise",
  height: 8,
  width: 8,
  channels: 1,
  numClasses: 1,
  classNames: ["noise"],
  size: SIZE,
  images: Uint8Array.from({ length: SIZE * 64 }, (_, i) => 100 + (i * 7919) % 53), // 0.39…0.60: far from clipping
  labels: new Int32Array(SIZE),
  mean: [0],
  std: [1],
  contentHash: "",
};
const augmentation: Augmentation = {
  crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
  flipProbability: 0.5,
  jitter: { strength: 0.2, probability: 0.8 },
};
const all = Int32Array.from({ length: SIZE }, (_, i) => i);
const unchanged: Augmentation = {
  crop: { scale: [1, 1], ratio: [1, 1] },
  flipProbability: 0,
  jitter: { strength: 0, probability: 0 },
};

Deno.test("augmentBatch() that may change nothing normalizes", () => {
  const { student, teacher } = augmentBatch(set, all, unchanged, { seed: 0, epoch: 0 });
  const expected = normalizeBatch(set, all);
  student.forEach((value, i) => assert(Math.abs(value - expected[i]!) < 1e-6)); // float32, values in [0, 1]
  assert.deepEqual(teacher, student);
});

Deno.test("augmentBatch() shows both branches the same part, with light of their own", () => {
  const { student, teacher } = augmentBatch(set, all, augmentation, { seed: 0, epoch: 0 });
  let numDiffering = 0;
  for (let b = 0; b < SIZE; b++) {
    const x = teacher.subarray(b * 64, (b + 1) * 64), y = student.subarray(b * 64, (b + 1) * 64);
    const low = x.indexOf(Math.min(...x)), high = x.indexOf(Math.max(...x));
    const slope = (y[high]! - y[low]!) / (x[high]! - x[low]!); // light is affine where nothing is clipped
    assert(slope > 0);
    x.forEach((value, i) => assert(Math.abs(y[low]! + slope * (value - x[low]!) - y[i]!) < 1e-5)); // float32
    numDiffering += Number(y.some((value, i) => value !== x[i]));
  }
  assert(numDiffering > 50, `${numDiffering}`); // all but 0.2², 61 of 64
});

Deno.test("augmentBatch() without jitter gives both branches the same", () => {
  const noJitter = { ...augmentation, jitter: { strength: 0.4, probability: 0 } };
  const { student, teacher } = augmentBatch(set, all, noJitter, { seed: 0, epoch: 0 });
  assert.deepEqual(teacher, student);
  assert.notDeepEqual(student, normalizeBatch(set, all));
});

Deno.test("augmentBatch() mirrors about half of the images", () => {
  const mirrors = { ...unchanged, flipProbability: 0.5 };
  const { student } = augmentBatch(set, all, mirrors, { seed: 0, epoch: 0 });
  const plain = normalizeBatch(set, all);
  let numMirrored = 0;
  for (let b = 0; b < SIZE; b++) {
    const corner = student[b * 64]!; // top left, or top right
    const isMirrored = Math.abs(corner - plain[b * 64 + 7]!) < 1e-6;
    assert(isMirrored || Math.abs(corner - plain[b * 64]!) < 1e-6);
    numMirrored += Number(isMirrored);
  }
  assert(numMirrored >= 16 && numMirrored <= 48, `${numMirrored}`); // 32 ± 4 · √(64 · ½ · ½)
});

Deno.test("augmentBatch() draws by seed, epoch and sample, whatever the batch", () => {
  const address = { seed: 3, epoch: 5 };
  const whole = augmentBatch(set, all, augmentation, address);
  const two = augmentBatch(set, [40, 7], augmentation, address);
  assert.deepEqual(two.student.subarray(0, 64), whole.student.subarray(40 * 64, 41 * 64));
  assert.deepEqual(two.teacher.subarray(64), whole.teacher.subarray(7 * 64, 8 * 64));
  assert.notDeepEqual(augmentBatch(set, [40, 7], augmentation, { seed: 3, epoch: 6 }), two);
  assert.notDeepEqual(augmentBatch(set, [40, 7], augmentation, { seed: 4, epoch: 5 }), two);
});

Deno.test("augmentBatch() takes colour images too", () => {
  const colour: ImageSet = {
    ...set,
    width: 4,
    height: 4,
    channels: 3,
    size: 2,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  const { student, teacher } = augmentBatch(colour, [0, 1], augmentation, { seed: 0, epoch: 0 });
  assert.equal(student.length, 2 * 4 * 4 * 3);
  assert([...student, ...teacher].every((value) => value > 0 && value < 1));
});

Deno.test("augmentBatch() of no samples is empty", () => {
  const { student, teacher } = augmentBatch(set, [], augmentation, { seed: 0, epoch: 0 });
  assert.deepEqual([student.length, teacher.length], [0, 0]);
});
