import assert from "node:assert/strict";
import { ProgressLine } from "./progress_line.ts";

Deno.test("ProgressLine draws one line again in a terminal, with a bar where a share is known", () => {
  const written: string[] = [];
  {
    using line = new ProgressLine({ isTerminal: true, write: (text) => written.push(text) });
    line.show(0.5, () => "half");
    line.show(0.6, () => assert.fail("a moment later"));
    line.show(1, () => "whole"); // the last one, soon as it comes
  }
  const half = "█".repeat(12) + "░".repeat(12);
  assert.deepEqual(written, [`\r\x1b[2K${half} half`, `\r\x1b[2K${"█".repeat(24)} whole`, "\n"]);
  written.length = 0;
  new ProgressLine({ isTerminal: true, write: (text) => written.push(text) }).show(undefined, () => "some");
  assert.deepEqual(written, ["\r\x1b[2Ksome"]);
});

Deno.test("ProgressLine writes few plain lines elsewhere", () => {
  const written: string[] = [];
  {
    using line = new ProgressLine({ isTerminal: false, write: (text) => written.push(text) });
    for (let i = 1; i <= 100; i++) line.show(i / 100, () => `${i} %`);
  }
  assert.deepEqual(written, ["1 %\n", "100 %\n"]);
});
