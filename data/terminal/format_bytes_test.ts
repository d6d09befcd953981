import assert from "node:assert/strict";
import { formatBytes } from "./format_bytes.ts";

Deno.test("formatBytes() writes at most three digits and the unit", () => {
  const expected = {
    0: "0 bytes",
    1: "1 byte",
    987: "987 bytes",
    1000: "1.0 kB",
    9949: "9.9 kB",
    9950: "10 kB",
    999_499: "999 kB",
    999_500: "1.0 MB",
    53_912_000: "54 MB",
    7.2e12: "7.2 TB",
    5e18: "5000 PB",
  };
  for (const [bytes, text] of Object.entries(expected)) assert.equal(formatBytes(Number(bytes)), text);
});
