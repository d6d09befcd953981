import assert from "node:assert/strict";
import { enoughEpochs } from "./_enough_epochs.ts";

Deno.test("enoughEpochs() leaves long probes alone, and has short ones take 500 steps", () => {
  const probe = { epochs: 10, warmupEpochs: 2, batchSize: 1024 };
  assert.deepEqual(enoughEpochs(probe, 60_000), { epochs: 10, warmupEpochs: 2 }); // 580 steps
  assert.deepEqual(enoughEpochs(probe, 50_000), { epochs: 11, warmupEpochs: 2.2 }); // 48 a pass
  assert.deepEqual(enoughEpochs(probe, 5000), { epochs: 125, warmupEpochs: 25 }); // 4 a pass
  assert.deepEqual(enoughEpochs(probe, 256), { epochs: 500, warmupEpochs: 100 }); // 1 a pass
});
