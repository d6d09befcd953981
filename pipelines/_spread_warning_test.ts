import assert from "node:assert/strict";
import { spreadWarning } from "./_spread_warning.ts";
import { testConfig } from "./_test_config.ts";

const config = testConfig();
const line = { step: 5001, epoch: 1, loss: 0.1, learningRate: 1e-3, imagesPerSecond: 100, dataShare: 0 };

Deno.test("spreadWarning() speaks after step 5,000 and below 0.1 of the targets or 0.01 of the predictions", () => {
  const healthy = { targetSpread: 0.1, predSpread: 0.01 }; // the bounds themselves
  const speaks = (metrics: Record<string, number>, step = 5001) =>
    spreadWarning({ ...line, ...metrics, step }, config) !== undefined;
  assert.equal(speaks(healthy), false);
  assert.equal(speaks({ ...healthy, targetSpread: 0.0999 }), true);
  assert.equal(speaks({ ...healthy, predSpread: 0.00999 }), true);
  assert.equal(speaks({ targetSpread: 0.001, predSpread: 0.001 }, 5000), false);
  assert.equal(speaks({}), false); // methods without either
});

Deno.test("spreadWarning() names what is low and what to do", () => {
  assert.equal(
    spreadWarning({ ...line, targetSpread: 0.0213, predSpread: 0.5 }, config),
    "At step 5001 the masked tokens of a batch are hardly told apart: targetSpread is 2.1e-2, 0.1 is healthy. What helps, in another run " +
      "folder (--run): a lower optimizer.learningRate (now 0.1), more schedule.warmupEpochs (now 0.25), a schedule.momentum nearer 1 (now 0.99)",
  );
});
