import assert from "node:assert/strict";
import { withEnoughEpochs } from "./_with_enough_epochs.ts";

Deno.test("withEnoughEpochs() leaves long probes and what is asked for alone, and has short ones take 500 steps", () => {
  const probe = { epochs: 10, warmupEpochs: 2, batchSize: 1024 };
  assert.deepEqual(withEnoughEpochs(probe, 60_000), probe); // 580 steps
  assert.deepEqual(withEnoughEpochs(probe, 50_000), { ...probe, epochs: 11, warmupEpochs: 2.2 }); // 48 a pass
  assert.deepEqual(withEnoughEpochs(probe, 5000), { ...probe, epochs: 125, warmupEpochs: 25 }); // 4 a pass
  assert.deepEqual(withEnoughEpochs(probe, 256), { ...probe, epochs: 500, warmupEpochs: 100 }); // 1 a pass
  assert.deepEqual(withEnoughEpochs(probe, 256, { epochs: 3 }), { ...probe, epochs: 3 });
  assert.deepEqual(withEnoughEpochs(probe, 256, { warmupEpochs: 1 }), { ...probe, warmupEpochs: 1 });
  assert.deepEqual(withEnoughEpochs(probe, 256, { batchSize: 64 }), {
    epochs: 125,
    warmupEpochs: 25,
    batchSize: 64,
  });
});
