import assert from "node:assert/strict";
import fc from "fast-check";
import { momentumSchedule } from "./momentum_schedule.ts";

Deno.test("momentumSchedule() rises from its base to 1 along half a cosine", () => {
  assert.equal(momentumSchedule(0.996, 0), 0.996);
  assert.ok(Math.abs(momentumSchedule(0.996, 0.25) - 0.99658579) < 1e-8); // 1 − 0.004 · (1 + √½) / 2
  assert.ok(Math.abs(momentumSchedule(0.996, 0.5) - 0.998) < 1e-12);
  assert.equal(momentumSchedule(0.996, 1), 1);
});

Deno.test("momentumSchedule() never falls and never leaves [base, 1]", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(share, share, share, (base, a, b) => {
    const [early, late] = [Math.min(a, b), Math.max(a, b)].map((progress) =>
      momentumSchedule(base, progress)
    );
    assert.ok(early! >= base - 1e-15 && early! <= late! && late! <= 1); // 1 − (1 − base) rounds
  }));
});

Deno.test("momentumSchedule() names the argument outside [0, 1]", () => {
  assert.throws(() => momentumSchedule(1.5, 0), { name: "RangeError", message: /base 1\.5/ });
  assert.throws(() => momentumSchedule(0.99, NaN), { name: "RangeError", message: /progress NaN/ });
});
