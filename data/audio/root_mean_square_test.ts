import assert from "node:assert/strict";
import { rootMeanSquare } from "./root_mean_square.ts";

Deno.test("rootMeanSquare() is what its name says", () => {
  assert.equal(rootMeanSquare(Float32Array.of(3, -4, 0, 0)), 2.5); // √((9 + 16) / 4)
  assert.equal(rootMeanSquare(new Float32Array(0)), 0);
});
