import assert from "node:assert/strict";
import { studentInterval, studentQuantile } from "./student_interval.ts";

Deno.test("studentQuantile() is that of the tables", () => {
  const tables = [[1, 12.706], [2, 4.303], [4, 2.776], [9, 2.262], [30, 2.042]] as const; // two-sided 95 %
  for (const [freedom, t] of tables) {
    const found = studentQuantile(freedom);
    assert.ok(Math.abs(found - t) < 2e-3 * t, `${freedom}: ${found}`); // three decimals, sums of 50,000 steps
  }
});

Deno.test("studentInterval() of 1, 2, 3: mean 2, deviation 1, margin 4.303/√3", () => {
  const { mean, deviation, margin } = studentInterval([1, 2, 3])!;
  assert.deepEqual([mean, deviation], [2, 1]);
  assert.ok(Math.abs(margin - 4.303 / Math.sqrt(3)) < 1e-3);
  assert.equal(studentInterval([1]), undefined);
});
