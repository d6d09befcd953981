import assert from "node:assert/strict";
import { hasNative, Workplace } from "./_workplace.ts";

// Large enough that the kernels share their work among threads: the student's tokens, 2 masks · 48 images · (4 · 4 kept of 49 patches),
// are several times the 16,384 numbers below which one thread does it all.
const settings = [
  "encoder.patchSize=2",
  "encoder.dim=48",
  "heads.hiddenDim=160",
  "schedule.batchSize=48",
  "schedule.epochs=2", // 6 steps
];

Deno.test({
  name: "one, two and three threads give the same bytes on native",
  ignore: !hasNative,
  fn: async () => {
    using place = new Workplace();
    await place.writeData();
    const results: Uint8Array[] = [];
    for (const numThreads of ["1", "2", "3"]) {
      const run = `runs/${numThreads}`;
      const flags = ["--preset", "tiny", "--device", "native", "--run", run];
      const env = { OMP_NUM_THREADS: numThreads, OMP_DISPLAY_ENV: "true" }; // OpenMP repeats what it was told
      const sets = settings.flatMap((setting) => ["--set", setting]);
      const { code, error } = await place.run("pretrain", [...flags, ...sets], { env });
      assert.equal(code, 0, error);
      assert.match(error, new RegExp(`OMP_NUM_THREADS ?= ?'${numThreads}'`));
      results.push(Deno.readFileSync(`${place.path}/${run}/checkpoints/step-00000006.safetensors`));
    }
    const [one, ...others] = results;
    for (const other of others) {
      assert.equal(other.length, one!.length);
      assert.equal(other.findIndex((byte, i) => byte !== one![i]), -1, "first byte that differs");
    }
  },
});
