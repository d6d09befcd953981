import { integer, normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { attentiveProbe, type TokenFeatures } from "./attentive_probe.ts";
import { linearProbe } from "./linear_probe.ts";

await useDevice("cpu");

const numTokens = 16, dim = 4, strength = 3;

/** Noise N(0, 1), but that one token anywhere is marked by +6 in channel 0 and has ±3, the class, added in channel 1. */
function oneOfMany(name: string, numImages: number): TokenFeatures {
  const values = normals(numImages * numTokens * dim, stream({ seed: 0, name }));
  const labels = Int32Array.from({ length: numImages }, (_, image) => image % 2);
  const places = stream({ seed: 0, name: `${name}/places` });
  labels.forEach((label, image) => {
    const start = (image * numTokens + integer(places, image, numTokens)) * dim;
    values[start]! += 6;
    values[start + 1]! += label ? strength : -strength;
  });
  return { values, numTokens, dim, labels };
}

function meanOf({ values, labels }: TokenFeatures) {
  const means = new Float32Array(labels.length * dim);
  values.forEach((x, i) => means[Math.floor(i / (numTokens * dim)) * dim + i % dim]! += x / numTokens);
  return { values: means, dim, labels };
}

Deno.test("attentiveProbe() finds the one token that has the class, which a mean drowns", async () => {
  const train = oneOfMany("train", 1000), test = oneOfMany("test", 1000);
  const { accuracy } = await attentiveProbe(train, test, {
    numHeads: 1,
    epochs: 10,
    batchSize: 50,
    learningRate: 1e-2,
  });
  const ofMeans = (await linearProbe(meanOf(train), meanOf(test), { epochs: 20, batchSize: 100 })).accuracy;
  // the mean has ±3/16 with noise of deviation 1/√16: no classifier gets beyond Φ(3/4); the token alone gives Φ(3) = 0.999
  assert.ok(Math.abs(ofMeans - 0.773) < 0.04, `${ofMeans}`); // 3 standard errors of 1000 images
  assert.ok(accuracy > 0.95, `${accuracy}`);
});

Deno.test("attentiveProbe() is the same for the same seed, whatever the order of an image's tokens, and leaves nothing behind", async () => {
  const train = oneOfMany("train", 60), test = oneOfMany("test", 40);
  const before = tf.memory().numTensors;
  const options = { epochs: 2, batchSize: 20, seed: 5 };
  const first = await attentiveProbe(train, test, options);
  assert.deepEqual(await attentiveProbe(train, test, options), first);
  assert.equal(tf.memory().numTensors, before);
  const turned = test.values.slice();
  for (let start = 0; start < turned.length; start += dim) {
    const image = Math.floor(start / (numTokens * dim)), token = start / dim % numTokens;
    turned.set(
      test.values.subarray(start, start + dim),
      (image * numTokens + (numTokens - 1 - token)) * dim,
    );
  }
  const { predictions } = await attentiveProbe(train, { ...test, values: turned }, options);
  const numOther = predictions.filter((label, row) => label !== first.predictions[row]).length;
  assert.ok(numOther <= 1, `${numOther} predictions differ`); // a row may lie on the border, where sums in another order fall otherwise
});

Deno.test("attentiveProbe() refuses options and splits that cannot be", async () => {
  const data = oneOfMany("train", 8);
  for (
    const options of [{ numHeads: 3 }, { epochs: 0 }, { epochs: 1, warmupEpochs: 1 }, { learningRate: 0 }, {
      batchSize: 0.5,
    }]
  ) {
    await assert.rejects(attentiveProbe(data, data, options), RangeError, JSON.stringify(options));
  }
  await assert.rejects(
    attentiveProbe(data, { ...data, numTokens: 32, dim: 2 }),
    /16 tokens of width 4, test 32 of 2/,
  );
});

Deno.test("attentiveProbe() of few images takes 500 steps unless told otherwise", async () => {
  const train = oneOfMany("train", 20), test = oneOfMany("test", 100);
  const long = await attentiveProbe(train, test, { epochs: 500, warmupEpochs: 50 }); // a step each
  const short = await attentiveProbe(train, test, { epochs: 10, warmupEpochs: 1 });
  assert.deepEqual(await attentiveProbe(train, test), long);
  assert.notDeepEqual(short.predictions, long.predictions);
});
