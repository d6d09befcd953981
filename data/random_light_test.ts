import { type Prng, stream, uniform } from "@lacuna/random";
import assert from "node:assert/strict";
import { randomLight } from "./random_light.ts";

const prng = (sample: number): Prng => stream({ seed: 0, name: "jitter", sample });

Deno.test("randomLight() draws both factors around 1, and their order", () => {
  const orders = new Set<boolean>();
  for (let sample = 0; sample < 100; sample++) {
    const { brightness, contrast, contrastFirst } = randomLight(
      { strength: 0.4, probability: 1 },
      prng(sample),
    );
    assert.equal(brightness, 1 + 0.4 * (2 * uniform(prng(sample), 2) - 1));
    assert.equal(contrast, 1 + 0.4 * (2 * uniform(prng(sample), 3) - 1));
    orders.add(contrastFirst);
  }
  assert.equal(orders.size, 2);
});

Deno.test("randomLight() changes the share of images that was asked for", () => {
  let numChanged = 0;
  for (let sample = 0; sample < 1000; sample++) {
    const { brightness, contrast } = randomLight({ strength: 0.4, probability: 0.8 }, prng(sample));
    assert.equal(brightness === 1, contrast === 1);
    numChanged += Number(brightness !== 1);
  }
  assert(Math.abs(numChanged - 800) < 51, `${numChanged}`); // 4 · √(1000 · 0.8 · 0.2)
});

Deno.test("randomLight() refuses values outside of [0, 1]", () => {
  for (const range of [{ strength: 1.1, probability: 1 }, { strength: 0.4, probability: -1 }]) {
    assert.throws(() => randomLight(range, prng(0)), RangeError);
  }
});
