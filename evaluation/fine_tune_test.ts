import type { ImageSet } from "@lacuna/data";
import { PatchTransformer, VisionTransformer } from "@lacuna/encoders";
import type { MethodConfig } from "@lacuna/pipelines/method";
import { methodNamed, methodNames, presetOf } from "@lacuna/pipelines/methods";
import { integer, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { fineTune } from "./fine_tune.ts";
import { fineTuneProtocols } from "./fine_tune_protocols.ts";

await useDevice("cpu");

/** 8×8 noise, brighter above for class 0 and below for class 1, which a flip leaves as it is. */
function halves(name: string, size: number): ImageSet {
  const images = Uint8Array.from({ length: 64 * size }, (_, i) => {
    const isBright = (i % 64 < 32) === (Math.floor(i / 64) % 2 === 0);
    return integer(stream({ seed: 0, name }), i, 120) + (isBright ? 120 : 0);
  });
  const labels = Int32Array.from({ length: size }, (_, image) => image % 2);
  return {
    name,
    height: 8,
    width: 8,
    channels: 1,
    numClasses: 2,
    classNames: ["above", "below"],
    size,
    images,
    labels,
    mean: [0.5],
    std: [0.25],
    contentHash: name,
  };
}

const sizes = {
  imageHeight: 8,
  imageWidth: 8,
  channels: 1,
  patchSize: 4,
  dim: 8,
  depth: 2,
  numHeads: 2,
  mlpRatio: 2,
  dropPathRate: 0,
};
const encoder = () =>
  new PatchTransformer(
    { ...sizes, family: "vit", layerScaleInit: 0, maskToken: false },
    stream({ seed: 0, name: "init" }),
  );
const flip = { kind: "flip", probability: 0.5 } as const;

Deno.test("fineTune() learns which half is bright, and leaves its encoder alone", async () => {
  const start = encoder();
  const before = await Promise.all(Object.values(start.parameters).map((parameter) => parameter.data()));
  const numTensors = tf.memory().numTensors;
  const train = halves("train", 64), test = halves("test", 40);
  const options = {
    epochs: 20,
    batchSize: 16,
    baseLearningRate: 0.2,
    augment: [flip],
    mix: { mixupAlpha: 0, cutmixAlpha: 0 },
  };
  const losses: number[] = [];
  const result = await fineTune(start, train, test, {
    ...options,
    onEpoch: (epoch, loss) => losses[epoch] = loss,
  });
  assert.ok(result.accuracy >= 0.95, `${result.accuracy}`); // guessing gets 38 of 40 once in 10⁹
  assert.deepEqual(losses, result.losses);
  assert.ok(result.losses.at(-1)! < result.losses[0]!);
  assert.ok(Math.abs(result.losses[0]! - Math.log(2)) < 0.2); // a head near 0 knows nothing
  assert.deepEqual(
    await Promise.all(Object.values(start.parameters).map((parameter) => parameter.data())),
    before,
  );
  assert.equal(tf.memory().numTensors, numTensors);
});

Deno.test("fineTune() is the same for the same seed, with mixup, cutmix and drop path too", async () => {
  const train = halves("train", 24), test = halves("test", 40);
  const options = {
    ...fineTuneProtocols.extrema,
    augment: [flip],
    epochs: 2,
    warmupEpochs: 0.5,
    batchSize: 8,
    seed: 3,
  };
  const vision = new VisionTransformer(
    { ...sizes, numClassBlocks: 1, layerScaleInit: 0.1 },
    stream({ seed: 0, name: "init" }),
  );
  const first = await fineTune(vision, train, test, options);
  assert.deepEqual(await fineTune(vision, train, test, options), first);
  assert.notDeepEqual((await fineTune(vision, train, test, { ...options, seed: 4 })).losses, first.losses);
});

for (const name of methodNames) {
  Deno.test(`fineTune() starts from ${name}'s encoder, trained end to end`, async () => {
    const method = methodNamed(name);
    const config: MethodConfig = presetOf(method, "tiny");
    const side = 4 * config.encoder.patchSize; // 16 patches
    const small = halves("train", 8);
    const images = small.images.length / 64 * side ** 2;
    const set: ImageSet = {
      ...small,
      height: side,
      width: side,
      images: Uint8Array.from({ length: images }, (_, i) => small.images[i % small.images.length]!),
    };
    const { encoder } = method.pipeline(config, set);
    const { losses } = await fineTune(encoder, set, set, { epochs: 2, batchSize: 4, augment: [flip] });
    assert.ok(losses.every((loss) => Number.isFinite(loss) && loss > 0));
  });
}

Deno.test("fineTuneProtocols say what papers say", () => {
  const { mae, extrema } = fineTuneProtocols;
  assert.equal(extrema.baseLearningRate * extrema.batchSize / 256, 2e-3); // ExtreMA's released command
  assert.deepEqual([mae.dropPathRate, extrema.dropPathRate], [0.1, 0.2]);
  assert.deepEqual([mae.layerDecay, mae.weightDecay, mae.epochs, mae.warmupEpochs, mae.minLearningRate], [
    0.65,
    0.05,
    100,
    5,
    1e-6,
  ]);
  assert.deepEqual(mae.mix, { mixupAlpha: 0.8, cutmixAlpha: 1, labelSmoothing: 0.1 });
});

Deno.test("fineTune() refuses options that cannot be, and tells a loss that is not finite", async () => {
  const data = halves("train", 8);
  for (const options of [{ epochs: 0 }, { warmupEpochs: 20 }, { layerDecay: 0 }, { baseLearningRate: -1 }]) {
    await assert.rejects(fineTune(encoder(), data, data, options), RangeError, JSON.stringify(options));
  }
  const broken = encoder();
  broken.parameters["patch_embed.proj.bias"]!.assign(tf.fill([8], NaN));
  await assert.rejects(fineTune(broken, data, data, { epochs: 2 }), {
    name: "DivergenceError",
    message: /The loss is NaN in epoch 0, step 0 .*: lower baseLearningRate/,
  });
});
