import { type Prng, stream, uniform } from "@lacuna/random";
import assert from "node:assert/strict";
import { jitter } from "./jitter.ts";

const prng = (sample: number): Prng => stream({ seed: 0, name: "jitter", sample });

/** The first sample whose four numbers (whether, order, brightness, contrast) are as wanted. */
function sampleWhere(wanted: (order: number, brightness: number, contrast: number) => boolean): Prng {
  for (let sample = 0;; sample++) {
    const [order, brightness, contrast] = [1, 2, 3].map((index) => uniform(prng(sample), index));
    if (wanted(order!, brightness!, contrast!)) return prng(sample);
  }
}

function jittered(image: number[], channels: number, strength: number, from: Prng): Float32Array {
  const changed = Float32Array.from(image);
  jitter(changed, channels, { strength, probability: 1 }, from);
  return changed;
}

function assertNear(actual: Float32Array, expected: number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert(Math.abs(value - expected[i]!) < 1e-6, `${value} ≠ ${expected[i]}`)); // float32
}

Deno.test("jitter() scales, then pulls towards the new mean, or the other way round", () => {
  for (const brightnessFirst of [true, false]) {
    const from = sampleWhere((order) => (order < 0.5) === brightnessFirst);
    const b = 1 + 0.1 * (2 * uniform(from, 2) - 1), c = 1 + 0.1 * (2 * uniform(from, 3) - 1);
    const mean = 0.4; // of 0.2 and 0.6; nothing is clipped, so both orders come to b · (c · x + (1 − c) · 0.4)
    assertNear(jittered([0.2, 0.6], 1, 0.1, from), [0.2, 0.6].map((x) => b * (c * x + (1 - c) * mean)));
  }
});

Deno.test("jitter() clips after each change, so the order counts", () => {
  const clip = (x: number) => Math.min(Math.max(x, 0), 1);
  for (const brightnessFirst of [true, false]) {
    const from = sampleWhere((order, b, c) => (order < 0.5) === brightnessFirst && b > 0.9 && c > 0.9);
    const b = 1 + 0.5 * (2 * uniform(from, 2) - 1), c = 1 + 0.5 * (2 * uniform(from, 3) - 1); // both about 1.45
    const contrast = ([x, y]: number[]) => [x!, y!].map((v) => clip(c * v + (1 - c) * (x! + y!) / 2));
    const brightness = (values: number[]) => values.map((v) => clip(b * v));
    const expected = brightnessFirst ? contrast(brightness([0.1, 0.9])) : brightness(contrast([0.1, 0.9]));
    assertNear(jittered([0.1, 0.9], 1, 0.5, from), expected);
  }
});

Deno.test("jitter() weighs red, green and blue as the eye does", () => {
  const from = sampleWhere((order) => order >= 0.5); // contrast first
  const b = 1 + 0.1 * (2 * uniform(from, 2) - 1), c = 1 + 0.1 * (2 * uniform(from, 3) - 1);
  const grey = 0.299 * 0.5 + 0.587 * 0.4 + 0.114 * 0.3; // both pixels are the same
  const pixel = [0.5, 0.4, 0.3];
  assertNear(
    jittered([...pixel, ...pixel], 3, 0.1, from),
    [...pixel, ...pixel].map((x) => b * (c * x + (1 - c) * grey)),
  );
});

Deno.test("jitter() changes the share of images that was asked for", () => {
  let numChanged = 0;
  for (let sample = 0; sample < 1000; sample++) {
    const image = Float32Array.of(0.25, 0.5);
    jitter(image, 1, { strength: 0.4, probability: 0.8 }, prng(sample));
    numChanged += Number(image[0] !== 0.25);
  }
  assert(Math.abs(numChanged - 800) < 51, `${numChanged}`); // 4 · √(1000 · 0.8 · 0.2)
});

Deno.test("jitter() refuses values outside of [0, 1]", () => {
  for (const range of [{ strength: 1.1, probability: 1 }, { strength: 0.4, probability: -1 }]) {
    assert.throws(() => jitter(new Float32Array(4), 1, range, prng(0)), RangeError);
  }
});
