import assert from "node:assert/strict";
import { hasNative, notBuilt, root, Workplace } from "./_workplace.ts";

const settings = [
  "encoder.patchSize=2",
  "encoder.dim=48",
  "heads.hiddenDim=384",
  "schedule.batchSize=48",
  "schedule.epochs=2", // 6 steps
];

/** Floats that some kernels work on in a step: 2 masks keep 12 of the 7 · 7 patches of an image each, the teacher sees all. */
const floats = {
  "the student's tokens, for gatherTokens, layerNorm, selfAttention and dropPathAdd": 2 * 48 * 12 * 48,
  "the teacher's tokens, for the same but gatherTokens": 48 * 49 * 48,
  "the student's hidden rows, for batchNorm and gelu": 2 * 48 * 384,
  "the largest weight, for AdamW and momentumUpdate": 384 * 384,
};

Deno.test("those sizes are shared among threads", () => {
  const header = Deno.readTextFileSync(`${root}/tensor/native/vector.h`);
  const piece = Number(/GRAIN = (\d+)/.exec(header)![1]); // what one thread takes at a time
  for (const [what, count] of Object.entries(floats)) assert.ok(count > piece, what);
});

Deno.test({
  name: `one, two and three threads give the same bytes on native${hasNative ? "" : notBuilt}`,
  ignore: !hasNative,
  fn: async () => {
    using place = new Workplace();
    await place.writeData();
    const results: Uint8Array[] = [];
    for (const numThreads of ["1", "2", "3"]) {
      const run = `runs/${numThreads}`;
      const flags = ["--preset", "tiny", "--device", "native", "--run", run];
      const env = { OMP_NUM_THREADS: numThreads };
      const sets = settings.flatMap((setting) => ["--set", setting]);
      const { code, out, error } = await place.run("pretrain", [...flags, ...sets], { env });
      assert.equal(code, 0, error);
      assert.match(out, new RegExp(`, ${numThreads} threads`));
      results.push(Deno.readFileSync(`${place.path}/${run}/checkpoints/step-00000006.safetensors`));
    }
    const [one, ...others] = results;
    for (const other of others) {
      assert.equal(other.length, one!.length);
      assert.equal(other.findIndex((byte, i) => byte !== one![i]), -1, "first byte that differs");
    }
  },
});
