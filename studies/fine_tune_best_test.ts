import assert from "node:assert/strict";
import type { ImageSet } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { fineTune, fineTuneProtocols } from "@lacuna/evaluation";
import { InterruptedError, NonFiniteError } from "@lacuna/pipelines";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { halves } from "./_halves.ts";
import { fineTuneBest } from "./fine_tune_best.ts";

await useDevice("wasm");

const encoder = new PatchTransformer(
  {
    ...{ imageHeight: 8, imageWidth: 8, channels: 1, patchSize: 4, dim: 8, depth: 2, numHeads: 2 },
    ...{ mlpRatio: 2, dropPathRate: 0, family: "vit", layerScaleInit: 0, maskToken: false },
  },
  stream({ seed: 0, name: "init" }),
);
const halvesOf = (size: number) => ({
  train: halves("train", 64),
  validation: halves("validation", size),
  test: halves("test", size),
});
const way = (baseLearningRate: number) => ({ ...fineTuneProtocols.few, baseLearningRate });

Deno.test("fineTuneBest() takes what does best on the validation images, and tells how that does on the test images", async () => {
  const choices = [1e-4, 0.05, 0.4, 1.6].map(way);
  const images = halvesOf(60);
  const on = async (asked: ImageSet) => {
    const accuracies = [];
    for (const options of choices) {
      accuracies.push((await fineTune(encoder, images.train, asked, options)).accuracy);
    }
    return accuracies;
  };
  const [seen, unseen] = [await on(images.validation), await on(images.test)];
  const expected = seen.indexOf(Math.max(...seen));
  assert.notEqual(expected, unseen.indexOf(Math.max(...unseen)), `${seen}; ${unseen}`); // or the test images might have chosen
  const { accuracy, choice } = await fineTuneBest(encoder, images, { choices });
  assert.deepEqual([choice, accuracy], [expected, unseen[expected]]);
});

Deno.test("fineTuneBest() leaves out a rate at which the loss is no number, and fails where there is no other", async () => {
  const images = halvesOf(20);
  const { choice } = await fineTuneBest(encoder, images, { choices: [way(1e30), way(0.05)] });
  assert.equal(choice, 1);
  await assert.rejects(fineTuneBest(encoder, images, { choices: [way(1e30)] }), NonFiniteError);
});

Deno.test("fineTuneBest() stops before the next way when it is asked to", async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(fineTuneBest(encoder, halvesOf(20), { signal }), InterruptedError);
});
