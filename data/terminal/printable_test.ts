import assert from "node:assert/strict";
import { printable } from "./printable.ts";

Deno.test("printable() escapes what steers a terminal, and leaves lines and letters", () => {
  assert.equal(printable("a\tb\nç 字 😀"), "a\tb\nç 字 😀");
  assert.equal(printable("\x1b[2J\x7f\x9b1m\r"), "\\u001b[2J\\u007f\\u009b1m\\u000d");
  const text = JSON.stringify("\x7f\x85"); // JSON leaves these as they are
  assert.equal(JSON.parse(printable(text)), JSON.parse(text));
});
