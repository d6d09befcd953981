import assert from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

Deno.test("nearestName() finds the name one edit away", () => {
  const names = ["native", "wasm", "webgpu", "tensorflow", "cpu"];
  assert.equal(nearestName("wsam", names), "wasm"); // swap
  assert.equal(nearestName("webgp", names), "webgpu"); // missing letter
  assert.equal(nearestName("CPU", names), "cpu"); // case
  assert.equal(nearestName("tensorflow-gpu", names), "tensorflow"); // 4 insertions of 14 letters
});

Deno.test("nearestName() keeps silent where nothing is near", () => {
  assert.equal(nearestName("opencl", ["native", "wasm"]), undefined); // 6 and 5 edits
  assert.equal(nearestName("x", []), undefined);
});
