import assert from "node:assert/strict";
import { compareCurves } from "./compare_curves.ts";

const epochs = [0, 100, 200, 400, 800];
const baseline = { epochs, accuracies: [10, 40, 50, 60, 64] };

Deno.test("compareCurves() of a worked example", () => {
  const { rauc, raucAboveStart, epochRatio } = compareCurves(
    { epochs, accuracies: [10, 50, 58, 64, 66] },
    baseline,
  );
  assert.ok(Math.abs(rauc - 46600 / 42800) < 1e-12); // trapezoids
  assert.ok(Math.abs(raucAboveStart - 38600 / 34800) < 1e-12); // each less 800 · 10
  assert.equal(epochRatio, 0.5); // 64 at epoch 400 instead of 800
});

Deno.test("compareCurves() of a curve with itself is 1, and of one that never gets there null", () => {
  assert.deepEqual(compareCurves(baseline, baseline), { rauc: 1, raucAboveStart: 1, epochRatio: 1 });
  assert.equal(compareCurves({ epochs, accuracies: [10, 30, 40, 50, 60] }, baseline).epochRatio, null);
});

Deno.test("compareCurves() knows no time to the end of a baseline that does not rise", () => {
  const falling = { epochs, accuracies: [60, 61, 63, 61, 59] };
  assert.equal(compareCurves(baseline, falling).epochRatio, null);
});

Deno.test("compareCurves() refuses curves of other epochs", () => {
  assert.throws(() => compareCurves({ epochs: [0, 1], accuracies: [1, 2] }, baseline), RangeError);
  const one = { epochs: [0], accuracies: [1] };
  assert.throws(() => compareCurves(one, one), RangeError);
});
