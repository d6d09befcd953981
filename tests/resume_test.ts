import { listCheckpoints, readMetrics } from "@lacuna/pipelines";
import { integer, stream } from "@lacuna/random";
import assert from "node:assert/strict";
import { exists, hasNative, notBuilt, Workplace } from "./_workplace.ts";

const NUM_STEPS = 80;

/** Flags of a run of 80 steps of 16 images. */
function flagsOf(device: string, run: string): string[] {
  const settings = ["schedule.epochs=8", "schedule.warmupEpochs=1", "log.checkpointEvery=7"];
  const common = ["--preset", "tiny", "--device", device, "--run", `runs/${run}`, "--seed", "5"];
  return [...common, ...settings.flatMap((setting) => ["--set", setting])];
}

/** Starts a run, or goes on with it, and kills it soon after it has logged a number of steps. */
async function killAfter(place: Workplace, task: string, flags: string[], run: string, numSteps: number) {
  const process = place.start(task, flags);
  const metrics = `${place.path}/runs/${run}/metrics.jsonl`;
  while (!exists(metrics) || readMetrics(metrics).length < numSteps) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  process.kill("SIGKILL");
  const { signal } = await process.output();
  assert.equal(signal, "SIGKILL", "the run was over before it was killed");
}

const devices = [
  { device: "native", task: "pretrain", ignore: !hasNative },
  { device: "wasm", task: "pretrain:pure", ignore: false },
];

for (const { device, task, ignore } of devices) {
  Deno.test({
    name: `killed at random steps, once or twice, and resumed, a run on ${device} ends with the same bytes${
      ignore ? notBuilt : ""
    }`,
    ignore,
    fn: async () => {
      using place = new Workplace();
      await place.writeData();
      const whole = await place.run(task, flagsOf(device, "whole"));
      assert.equal(whole.code, 0, whole.error);
      const expected = lastCheckpoint(place, "whole");

      const prng = stream({ seed: 2, name: `kills on ${device}` });
      const numSteps = [1 + integer(prng, 0, 30), 35 + integer(prng, 1, 30)]; // of 80
      for (const [run, kills] of [["once", numSteps.slice(1)], ["twice", numSteps]] as const) {
        const flags = flagsOf(device, run);
        for (const kill of kills) await killAfter(place, task, flags, run, kill);
        const resumed = await place.run(task, flags);
        assert.equal(resumed.code, 0, resumed.error);
        assert.match(resumed.out, /goes on after step \d+, from /);
        const what = `killed after ${kills} steps`;
        const actual = lastCheckpoint(place, run);
        assert.equal(actual.length, expected.length, what);
        assert.ok(actual.every((byte, i) => byte === expected[i]), what);
        const steps = readMetrics(`${place.path}/runs/${run}/metrics.jsonl`).map(({ step }) => step);
        assert.deepEqual(steps, [...Array(NUM_STEPS).keys()], what); // none lost, none twice
      }
    },
  });
}

function lastCheckpoint(place: Workplace, run: string): Uint8Array {
  const path = listCheckpoints(`${place.path}/runs/${run}/checkpoints`).at(-1)!;
  assert.ok(path.endsWith(`step-${String(NUM_STEPS).padStart(8, "0")}.safetensors`), path);
  return Deno.readFileSync(path);
}
