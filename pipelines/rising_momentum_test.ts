import assert from "node:assert/strict";
import { risingMomentum } from "./rising_momentum.ts";

Deno.test("risingMomentum() is a straight line, then constant", () => {
  const numSteps = 100_000; // τ rises over 30,000 of them, from 0.999 to 0.9999: data2vec's speech
  const at = (step: number) =>
    risingMomentum(0.999, { momentumRise: 0.3, lastMomentum: 0.9999 }, step / numSteps);
  for (
    const [step, expected] of [
      [0, 0.999],
      [15_000, 0.99945],
      [30_000, 0.9999],
      [30_001, 0.9999],
      [100_000, 0.9999],
    ] as const
  ) {
    assert.ok(Math.abs(at(step) - expected) < 1e-12, `${at(step)} at ${step}`); // float64, rounded where steps become a share
  }
});

Deno.test("risingMomentum() that does not rise is the last from the start", () => {
  for (const progress of [0, 0.5, 1]) {
    assert.equal(risingMomentum(0.9, { momentumRise: 0, lastMomentum: 0.9998 }, progress), 0.9998);
  }
});
