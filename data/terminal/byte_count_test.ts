import assert from "node:assert/strict";
import { byteCount } from "./byte_count.ts";

Deno.test("byteCount() reads bytes with their units, none where that may be", () => {
  assert.equal(byteCount(1)("64Mi"), 64 * 2 ** 20);
  assert.equal(byteCount(0)("0"), 0);
  assert.throws(() => byteCount(1)("0"), { message: "Write a number of bytes, such as 64Mi or 500M" });
  assert.throws(() => byteCount(0)("many"), { message: "Write a number of bytes, such as 20G or 0" });
});
