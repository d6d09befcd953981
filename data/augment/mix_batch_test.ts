import { stream } from "@lacuna/random";
import assert from "node:assert/strict";
import { beta } from "./_beta.ts";
import { type LabelledBatch, mixBatch } from "./mix_batch.ts";

const address = { seed: 0, epoch: 0, step: 0 };

/** Two images of 4 × 4, of zeros and of ones. */
const batch: LabelledBatch = {
  images: Float32Array.from({ length: 32 }, (_, i) => Number(i >= 16)),
  ...{ height: 4, width: 4, channels: 1, numClasses: 3, labels: [0, 2] },
};

function assertNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-6, `${actual[i]} ≠ ${value}`)); // float32
}

Deno.test("mixBatch() mixes an image with the last but one, and their labels as much", () => {
  const { images, targets, lambda, kind } = mixBatch(batch, { mixupAlpha: 0.8, cutmixAlpha: 0 }, address);
  assert.equal(kind, "mixup");
  assert.ok(lambda > 0 && lambda < 1);
  assertNear(images, [...Array(16).fill(1 - lambda), ...Array(16).fill(lambda)]);
  assertNear(targets, [lambda, 0, 1 - lambda, 1 - lambda, 0, lambda]);
});

Deno.test("mixBatch() cuts a box whose share is that of the labels", () => {
  for (let step = 0; step < 50; step++) {
    const plan = { mixupAlpha: 0, cutmixAlpha: 1, labelSmoothing: 0.3 };
    const { images, targets, lambda, kind } = mixBatch(batch, plan, { ...address, step });
    assert.equal(kind, "cutmix");
    const ones = images.subarray(0, 16).reduce((sum, value) => sum + value, 0);
    assert.equal(ones, 16 * (1 - lambda));
    assert.deepEqual([...images.subarray(16)], Array.from(images.subarray(0, 16), (value) => 1 - value));
    assertNear(targets.subarray(0, 3), [0.1 + 0.7 * lambda, 0.1, 0.1 + 0.7 * (1 - lambda)]); // 0.3 / 3 for all classes
  }
});

Deno.test("mixBatch() leaves a batch alone as often as it should, and chooses between both", () => {
  const plan = { mixupAlpha: 0.8, cutmixAlpha: 1, probability: 0.6, switchProbability: 0.25 };
  const kinds = Array.from({ length: 2000 }, (_, step) => mixBatch(batch, plan, { ...address, step }).kind);
  const share = (kind: string) => kinds.filter((each) => each === kind).length / kinds.length;
  for (const [kind, probability] of [["none", 0.4], ["mixup", 0.45], ["cutmix", 0.15]] as const) {
    const deviation = Math.sqrt(probability * (1 - probability) / kinds.length);
    assert.ok(Math.abs(share(kind) - probability) < 5 * deviation, `${kind} ${share(kind)}`);
  }
  const { images, targets, lambda } = mixBatch(batch, { mixupAlpha: 0, cutmixAlpha: 0 }, address);
  assert.equal(lambda, 1);
  assert.deepEqual(images, batch.images);
  assert.notEqual(images.buffer, batch.images.buffer);
  assertNear(targets, [1, 0, 0, 0, 0, 1]);
});

Deno.test("mixBatch() fills memory that it is given, be it the batch's own, with the same", () => {
  const size = 5 * 6 * 2;
  const images = Float32Array.from({ length: 7 * size }, (_, i) => Math.sin(i)); // an odd number of them
  const large = { images, height: 5, width: 6, channels: 2, numClasses: 7, labels: [0, 1, 2, 3, 4, 5, 6] };
  const plan = { mixupAlpha: 0.8, cutmixAlpha: 1, probability: 0.8 };
  const kinds = new Set<string>();
  for (let step = 0; step < 20; step++) {
    const before = images.slice();
    const { images: mixed, targets, kind, lambda } = mixBatch(large, plan, { ...address, step });
    assert.deepEqual(images, before);
    kinds.add(kind);
    const other = new Float32Array(images.length).fill(NaN), own = images.slice();
    for (const [batch, out] of [[large, other], [{ ...large, images: own }, own]] as const) {
      const given = mixBatch(batch, plan, { ...address, step }, out);
      assert.equal(given.images, out);
      assert.deepEqual(given, { images: mixed, targets, kind, lambda });
    }
  }
  assert.equal(kinds.size, 3);
});

Deno.test("mixBatch() of one image or none mixes nothing in", () => {
  const one = { ...batch, images: batch.images.subarray(16), labels: [1] };
  const mixed = mixBatch(one, { mixupAlpha: 1, cutmixAlpha: 0 }, address);
  assertNear(mixed.images, Array(16).fill(1));
  assertNear(mixed.targets, [0, 1, 0]);
  const none = mixBatch({ ...batch, images: new Float32Array(0), labels: [] }, {
    mixupAlpha: 1,
    cutmixAlpha: 1,
  }, address);
  assert.equal(none.images.length + none.targets.length, 0);
});

Deno.test("mixBatch() refuses what it cannot mix", () => {
  assert.throws(() => mixBatch(batch, { mixupAlpha: -1, cutmixAlpha: 0 }, address), {
    name: "RangeError",
    message: "mix.mixupAlpha is -1: give a number in [0, 10⁶]",
  });
  assert.throws(() => mixBatch({ ...batch, labels: [0, 3] }, { mixupAlpha: 1, cutmixAlpha: 0 }, address), {
    name: "RangeError",
    message: "Label 1 is 3: give a whole number in 0…2",
  });
  const plan = { mixupAlpha: 1, cutmixAlpha: 0 };
  assert.throws(() => mixBatch({ ...batch, labels: [0] }, plan, address), TypeError);
  assert.throws(() => mixBatch(batch, plan, address, new Float32Array(31)), {
    name: "TypeError",
    message: "Cannot put 32 values into an array of 31: pass one as long",
  });
});

Deno.test("beta() has the mean and variance of its distribution", () => {
  const n = 20_000;
  for (const [a, b] of [[0.2, 0.2], [0.8, 0.8], [1, 1], [2, 5], [0.01, 0.01]] as const) {
    const values = Array.from(
      { length: n },
      (_, sample) => beta(a, b, stream({ seed: 3, name: "beta", sample })),
    );
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    const expected = a * b / ((a + b) ** 2 * (a + b + 1));
    assert.ok(Math.abs(mean - a / (a + b)) < 5 * Math.sqrt(expected / n), `${mean}`); // five standard errors
    assert.ok(Math.abs(variance / expected - 1) < 0.05, `${variance} ≠ ${expected}`); // its standard error is 1 % at most
  }
});
