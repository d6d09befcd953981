import assert from "node:assert/strict";
import { wholeNumber } from "./whole_number.ts";

Deno.test("wholeNumber() reads digits, in groups of three if one likes, within its bounds", () => {
  const seed = wholeNumber(0, 2 ** 32 - 1);
  const numbers = {
    "0": 0,
    "60000": 60_000,
    "60,000": 60_000,
    "60_000": 60_000,
    "4294967295": 4_294_967_295,
  };
  for (const [text, number] of Object.entries(numbers)) assert.equal(seed(text), number);
  for (
    const text of [
      "",
      "-1",
      "1.5",
      "1e3",
      "many",
      "1,0",
      "6,0000",
      "60,00",
      ",100",
      "_100",
      "1,000_000",
      "4294967296",
      "1".repeat(400),
    ]
  ) {
    assert.throws(() => seed(text), { message: "Write a whole number from 0 to 4294967295" }, text);
  }
  assert.throws(() => wholeNumber(1)("0"), { message: "Write a whole number from 1 on" });
});
