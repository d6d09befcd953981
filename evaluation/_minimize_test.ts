import assert from "node:assert/strict";
import { minimize } from "./_minimize.ts";

Deno.test("minimize() finds the bottom of Rosenbrock's valley", () => {
  const rosenbrock = (at: Float64Array) => {
    const [x, y] = at as unknown as [number, number];
    return {
      value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    };
  };
  const [x, y] = minimize(rosenbrock, Float64Array.of(-1.2, 1), 200);
  assert.ok(Math.abs(x! - 1) < 1e-2 && Math.abs(y! - 1) < 2e-2, `${x} ${y}`); // done at 1e-4 of the first slope of 233
});

Deno.test("minimize() solves a quadratic in as many steps as it has directions, about", () => {
  const scales = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
  const f = (at: Float64Array) => ({
    value: at.reduce((sum, x, i) => sum + scales[i]! * (x - i) ** 2 / 2, 0),
    gradient: at.map((x, i) => scales[i]! * (x - i)),
  });
  minimize(f, new Float64Array(20), 60).forEach((x, i) => assert.ok(Math.abs(x - i) < 0.05, `${i}: ${x}`));
});
