import assert from "node:assert/strict";
import { formatSeconds } from "./format_seconds.ts";

Deno.test("formatSeconds() writes seconds, minutes, hours", () => {
  const expected = {
    0: "0 s",
    48.4: "48 s",
    60: "1:00",
    187: "3:07",
    600: "10:00",
    3729: "1:02:09",
    36000: "10:00:00",
  };
  for (const [seconds, text] of Object.entries(expected)) assert.equal(formatSeconds(Number(seconds)), text);
});
