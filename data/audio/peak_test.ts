import assert from "node:assert/strict";
import { peak } from "./peak.ts";

Deno.test("peak() is the largest size, of either sign", () => {
  assert.equal(peak(Float32Array.of(0.25, -0.75, 0.5)), 0.75);
  assert.equal(peak(new Float32Array(0)), 0);
});
