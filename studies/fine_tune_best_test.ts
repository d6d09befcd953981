import assert from "node:assert/strict";
import type { ImageSet } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { fineTune } from "@lacuna/evaluation";
import { integer, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { fineTuneBest, fineTuning } from "./fine_tune_best.ts";

await useDevice("wasm");

/** 8×8 noise, a little brighter above for class 0 and below for class 1. */
function halves(name: string, size: number): ImageSet {
  const images = Uint8Array.from({ length: 64 * size }, (_, i) => {
    const isBright = (i % 64 < 32) === (Math.floor(i / 64) % 2 === 0);
    return integer(stream({ seed: 0, name }), i, 120) + (isBright ? 20 : 0);
  });
  const labels = Int32Array.from({ length: size }, (_, image) => image % 2);
  const classNames = ["above", "below"];
  const shape = { height: 8, width: 8, channels: 1, numClasses: 2, classNames };
  return { name, ...shape, size, images, labels, mean: [0.3], std: [0.15], contentHash: name };
}

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
