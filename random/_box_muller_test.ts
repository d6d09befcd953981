import assert from "node:assert/strict";
import { boxMuller } from "./_box_muller.ts";

Deno.test("boxMuller() stays finite at both ends of the radius", () => {
  const out = new Float32Array(2);
  boxMuller(0, 0, out, 0);
  assert.deepEqual([...out], [Math.fround(Math.sqrt(64 * Math.LN2)), 0]); // −2 ln 2⁻³², along the cosine
  boxMuller(0xffffffff, 0, out, 0);
  assert.equal(Math.abs(out[0]!), 0); // −2 ln 1
});
