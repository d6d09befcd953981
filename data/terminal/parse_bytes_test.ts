import assert from "node:assert/strict";
import { parseBytes } from "./parse_bytes.ts";

Deno.test("parseBytes() takes decimal and binary units", () => {
  const sizes: Record<string, number | undefined> = {
    "0": 0,
    "100000": 100_000,
    "500M": 500e6,
    "64Mi": 2 ** 26,
    "64 MiB": 2 ** 26,
    "1.5k": 1500,
    "1.5K": 1500,
    "2Ki": 2048,
    "1G": 1e9,
    "": undefined,
    "-1": undefined,
    "1T": undefined,
    "much": undefined,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseBytes(text), bytes, text);
});
