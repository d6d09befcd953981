import assert from "node:assert/strict";
import { hasNative, notBuilt, Workplace } from "./_workplace.ts";

/** What tfjs says after some steps, and resident memory without the unused part of V8's heap. */
type Memory = Readonly<
  Record<"3" | "50" | "300", { numTensors: number; numBytes: number; bytesHeld: number }>
>;

// Over 250 steps with a collection every ten. Measured: it grows by some 5 MiB, and by 2 more in the 900 steps after these. A leak of a
// sixteenth of a MiB a step, a hundredth of what the step allocates, goes beyond.
const BOUND = 16 * 2 ** 20;

const devices = [
  { device: "native", task: "pretrain", ignore: !hasNative },
  { device: "wasm", task: "pretrain:pure", ignore: false },
];

for (const { device, task, ignore } of devices) {
  Deno.test({
    name: `ExtreMA on ${device} holds as many tensors, bytes and pages at step 300 as at the start${
      ignore ? notBuilt : ""
    }`,
    ignore,
    fn: async () => {
      using place = new Workplace();
      await place.writeData();
      const { code, out, error } = await place.run(
        task,
        [device, "runs/leak", ".lacuna/data/fashion-mnist"],
        {
          script: "tests/_leak_probe.ts",
          flags: ["--v8-flags=--expose-gc"],
        },
      );
      assert.equal(code, 0, error);
      const memory = JSON.parse(out) as Memory;
      const { numTensors, numBytes } = memory["3"];
      assert.deepEqual([memory["300"].numTensors, memory["300"].numBytes], [numTensors, numBytes]);
      const growth = memory["300"].bytesHeld - memory["50"].bytesHeld;
      assert.ok(growth < BOUND, `resident memory grew by ${(growth / 2 ** 20).toFixed(1)} MiB in 250 steps`);
    },
  });
}
