import assert from "node:assert/strict";
import { formatProgress, ProgressReporter } from "./progress.ts";

const line = {
  step: 0,
  epoch: 0,
  loss: 1.5,
  learningRate: 0,
  imagesPerSecond: 64,
  dataShare: 0,
  spread: 0.125,
};

Deno.test("formatProgress() shows step, speed, loss, spread and time left", () => {
  const progress = {
    step: 7,
    totalSteps: 780,
    imagesPerSecond: 1234.5,
    loss: 0.98765,
    spread: 0.0625,
    secondsLeft: 160,
  };
  assert.equal(
    formatProgress(progress),
    "step   7/780   1235 images/s  loss 0.9877  spread 0.0625  2:40 left",
  );
  assert.match(formatProgress({ ...progress, spread: NaN }), / {2}spread – {2}/); // not measured yet
});

Deno.test("ProgressReporter draws one line again in a terminal", () => {
  const written: string[] = [];
  {
    using reporter = new ProgressReporter({ isTerminal: true, write: (text) => written.push(text) }, 32, 2);
    reporter.add(line);
    reporter.add({ ...line, step: 1 });
  }
  assert.equal(
    written[0],
    `\r\x1b[2K${"█".repeat(12)}${
      "░".repeat(12)
    } step 1/2     64 images/s  loss 1.5000  spread 0.1250  1 s left`,
  );
  assert.match(written[1]!, /^\r.*step 2\/2/); // the last one, soon as it comes
  assert.equal(written[2], "\n");
});

Deno.test("ProgressReporter writes few plain lines elsewhere", () => {
  const written: string[] = [];
  using reporter = new ProgressReporter({ isTerminal: false, write: (text) => written.push(text) }, 32, 100);
  for (let step = 0; step < 100; step++) reporter.add({ ...line, step });
  assert.equal(written.length, 2); // the first and the last of a moment
  assert.match(written[1]!, /^step 100\/100 .*\n$/);
});
