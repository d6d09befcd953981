import assert from "node:assert/strict";
import type { ImageSet } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { fineTune } from "@lacuna/evaluation";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { halves } from "./_halves.ts";
import { fineTuneBest, fineTuning } from "./fine_tune_best.ts";

await useDevice("wasm");

Deno.test("fineTuneBest() takes what does best on the validation images, and tells how that does on the test images", async () => {
  const encoder = new PatchTransformer(
    {
      ...{ imageHeight: 8, imageWidth: 8, channels: 1, patchSize: 4, dim: 8, depth: 2, numHeads: 2 },
      ...{ mlpRatio: 2, dropPathRate: 0, family: "vit", layerScaleInit: 0, maskToken: false },
    },
    stream({ seed: 0, name: "init" }),
  );
  const train = halves("train", 64), validation = halves("validation", 200), test = halves("test", 200);
  const on = async (images: ImageSet) => {
    const accuracies = [];
    for (const options of fineTuning.choices) {
      accuracies.push((await fineTune(encoder, train, images, options)).accuracy);
    }
    return accuracies;
  };
  const seen = await on(validation);
  assert.ok(new Set(seen).size > 1, `${seen}`); // else any would do
  const { accuracy, choice } = await fineTuneBest(encoder, { train, validation, test });
  assert.equal(seen[choice], Math.max(...seen));
  assert.equal(accuracy, (await on(test))[choice]);
});
