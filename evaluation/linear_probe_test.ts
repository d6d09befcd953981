import { normals, permutation, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import type { Features } from "./features.ts";
import { linearProbe } from "./linear_probe.ts";
import { linearProtocols } from "./linear_protocols.ts";

await useDevice("cpu");

/** Three overlapping clouds around three points of the plane. */
function clouds(name: string, numRows: number): Features {
  const values = normals(numRows * 2, stream({ seed: 4, name }));
  const labels = Int32Array.from({ length: numRows }, (_, row) => row % 3);
  const centers = [[0, 2], [2, 0], [-1, -1]];
  return { values: values.map((x, i) => x + centers[labels[i >> 1]!]![i % 2]!), dim: 2, labels };
}

const normalize = (x: tf.Tensor2D, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor2D =>
  tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
const linear = (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D =>
  tf.add(tf.matMul(x, weight), bias);

/** The protocol written with tfjs's own normalisation, loss, gradients and optimiser. */
function probeReference(train: Features, test: Features, epochs: number, batchSize: number): number[] {
  const numTrain = train.labels.length,
    peak = 0.1 * batchSize / 256,
    stepsPerEpoch = Math.floor(numTrain / batchSize);
  const x = tf.tensor2d(train.values, [numTrain, 2]),
    y = tf.oneHot(tf.tensor1d(train.labels, "int32"), 3) as tf.Tensor2D;
  const start = normals(6, stream({ seed: 0, name: "linear-probe/weight" })).map((value) => 0.01 * value);
  const w = tf.variable<tf.Rank.R2>(tf.tensor2d(start, [2, 3])), b = tf.variable(tf.zeros([3]));
  const optimizer = tf.train.momentum(peak, 0.9);
  let mean: tf.Tensor = tf.zeros([2]), variance: tf.Tensor = tf.ones([2]);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(numTrain, stream({ seed: 0, name: "linear-probe/order", epoch }));
    for (let step = 0; step < stepsPerEpoch; step++) {
      const rows = tf.tensor1d(order.slice(step * batchSize, (step + 1) * batchSize), "int32");
      const batch = tf.gather(x, rows), target = tf.gather(y, rows);
      const moments = tf.moments(batch, 0);
      mean = tf.add(tf.mul(mean, 0.9), tf.mul(moments.mean, 0.1));
      variance = tf.add(tf.mul(variance, 0.9), tf.mul(moments.variance, 0.1 * batchSize / (batchSize - 1)));
      const at = epoch + step / stepsPerEpoch;
      const share = at < 1 ? at : 0.5 * (1 + Math.cos(Math.PI * (at - 1) / (epochs - 1)));
      optimizer.setLearningRate(peak * share);
      optimizer.minimize(() => {
        const logProbabilities = tf.logSoftmax(
          linear(normalize(batch, moments.mean, moments.variance), w, b),
        );
        return tf.neg<tf.Scalar>(tf.mean(tf.sum(tf.mul(target, logProbabilities), 1)));
      });
    }
  }
  const normal = normalize(tf.tensor2d(test.values, [test.labels.length, 2]), mean, variance);
  return [...tf.argMax(linear(normal, w, b), 1).dataSync()];
}

Deno.test("linearProbe() predicts what tfjs's own layers and optimiser predict", async () => {
  const train = clouds("train", 203), test = clouds("test", 300); // the 203 rows leave a rest of 11 in each epoch
  const options = { epochs: 4, warmupEpochs: 1, batchSize: 32 };
  const { predictions } = await linearProbe(train, test, options);
  assert.deepEqual([...predictions], probeReference(train, test, options.epochs, options.batchSize));
});

Deno.test("linearProbe() comes near the best possible accuracy on overlapping clouds", async () => {
  const train = clouds("train", 1500), test = clouds("test", 1500);
  const centers = [[0, 2], [2, 0], [-1, -1]];
  const best = [...test.labels].filter((label, row) => { // equal, round clouds: the nearest centre is Bayes-optimal
    const [x, y] = [test.values[2 * row]!, test.values[2 * row + 1]!];
    const distances = centers.map(([cx, cy]) => (x - cx!) ** 2 + (y - cy!) ** 2);
    return distances.indexOf(Math.min(...distances)) === label;
  }).length / 1500;
  const { accuracy } = await linearProbe(train, test, { epochs: 20, batchSize: 64 });
  assert.ok(accuracy > best - 0.02, `${accuracy} of ${best}`); // the standard error of 1500 rows is 0.008
});

Deno.test("linearProbe() does not care for the scale and shift of a feature", async () => {
  const stretch = ({ values, ...rest }: Features): Features => ({
    ...rest,
    values: values.map((x, i) => i % 2 === 0 ? 64 * x + 256 : x), // exact powers of two; ε shifts the rest by 1e-5
  });
  const train = clouds("train", 300), test = clouds("test", 300);
  const options = { epochs: 40, batchSize: 64 };
  const { predictions } = await linearProbe(train, test, options);
  const stretched = await linearProbe(stretch(train), stretch(test), options);
  const numOther = predictions.filter((label, row) => label !== stretched.predictions[row]).length;
  assert.ok(numOther <= 1, `${numOther} predictions differ`); // a row may lie on the border
});

Deno.test("linearProbe() is the same for the same seed, and leaves no tensor behind", async () => {
  const train = clouds("train", 90), test = clouds("test", 90);
  const before = tf.memory().numTensors;
  const [first, second] = [
    await linearProbe(train, test, { seed: 7, epochs: 2 }),
    await linearProbe(train, test, { seed: 7, epochs: 2 }),
  ];
  assert.deepEqual(first, second);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("linearProbe() stands a feature that never changes", async () => {
  const constant = ({ labels, values }: Features): Features => ({
    labels,
    dim: 3,
    values: Float32Array.from(
      { length: labels.length * 3 },
      (_, i) => i % 3 === 2 ? 5 : values[Math.floor(i / 3) * 2 + i % 3]!,
    ),
  });
  const { accuracy } = await linearProbe(constant(clouds("train", 300)), constant(clouds("test", 300)), {
    epochs: 20,
    batchSize: 64,
  });
  assert.ok(accuracy > 0.8);
});

Deno.test("linearProbe() refuses options that cannot be", async () => {
  const data = clouds("train", 9);
  for (
    const options of [{ epochs: 0 }, { batchSize: 1 }, { epochs: 2, warmupEpochs: 2 }, {
      baseLearningRate: 0,
    }]
  ) {
    await assert.rejects(linearProbe(data, data, options), RangeError, JSON.stringify(options));
  }
  await assert.rejects(linearProbe(data, { ...data, dim: 1, labels: new Int32Array(18) }), TypeError);
});

Deno.test("linearProtocols say what papers say", () => {
  const { mae, extrema, beit } = linearProtocols;
  const { baseLearningRate, batchSize } = mae;
  assert.equal(baseLearningRate * batchSize / 256, 6.4); // MAE, table 10
  assert.deepEqual([mae.epochs, mae.warmupEpochs, mae.normEpsilon], [90, 10, 1e-6]);
  assert.deepEqual(mae.optimizer, { kind: "lars", momentum: 0.9, trust: 0.001 });
  assert.equal(extrema.baseLearningRate * extrema.batchSize / 256, 1.6); // ExtreMA's README
  assert.deepEqual([beit.normEpsilon, beit.warmupEpochs, beit.epochs], ["none", 0, 100]);
});

Deno.test("linearProbe() by MAE's protocol predicts what its steps in tfjs predict", async () => {
  const train = clouds("train", 96), test = clouds("test", 300);
  const options = { ...linearProtocols.mae, epochs: 3, warmupEpochs: 1, batchSize: 32, baseLearningRate: 80 };
  const x = tf.tensor2d(train.values, [96, 2]), y = tf.oneHot(tf.tensor1d(train.labels, "int32"), 3);
  let w: tf.Tensor = tf.mul(
    tf.tensor2d(normals(6, stream({ seed: 0, name: "linear-probe/weight" })), [2, 3]),
    0.01,
  );
  let b: tf.Tensor = tf.zeros([3]), vw: tf.Tensor = tf.zeros([2, 3]), vb: tf.Tensor = tf.zeros([3]);
  let mean: tf.Tensor = tf.zeros([2]), variance: tf.Tensor = tf.ones([2]);
  for (let step = 0; step < 9; step++) {
    const order = permutation(
      96,
      stream({ seed: 0, name: "linear-probe/order", epoch: Math.floor(step / 3) }),
    );
    const rows = tf.tensor1d(order.slice(step % 3 * 32, (step % 3 + 1) * 32), "int32");
    const batch = tf.gather(x, rows), moments = tf.moments(batch, 0);
    mean = tf.add(tf.mul(mean, 0.9), tf.mul(moments.mean, 0.1));
    variance = tf.add(tf.mul(variance, 0.9), tf.mul(moments.variance, 0.1 * 32 / 31));
    const normal = tf.div(tf.sub(batch, moments.mean), tf.sqrt(tf.add(moments.variance, 1e-6)));
    const errors = tf.div(tf.sub(tf.softmax(tf.add(tf.matMul(normal, w), b)), tf.gather(y, rows)), 32);
    const dw = tf.matMul(normal, errors, true) as tf.Tensor, db = tf.sum(errors, 0);
    vw = tf.add(tf.mul(vw, 0.9), tf.mul(dw, tf.div(tf.mul(tf.norm(w), 0.001), tf.norm(dw))));
    vb = tf.add(tf.mul(vb, 0.9), db);
    const rate = 10 * (step < 3 ? step / 3 : 0.5 * (1 + Math.cos(Math.PI * (step / 3 - 1) / 2)));
    [w, b] = [tf.sub(w, tf.mul(vw, rate)), tf.sub(b, tf.mul(vb, rate))];
  }
  const normal = tf.div(
    tf.sub(tf.tensor2d(test.values, [300, 2]), mean),
    tf.sqrt(tf.add(variance, 1e-6)),
  ) as tf.Tensor2D;
  const expected = tf.argMax(tf.add(tf.matMul(normal, w as tf.Tensor2D), b), 1).dataSync();
  const { predictions } = await linearProbe(train, test, options);
  assert.deepEqual([...predictions], [...expected]);
});

Deno.test("linearProbe() by BEiT's protocol takes AdamW's steps on features as they are: tfjs's Adam on weights and bias decayed", async () => {
  const train = clouds("train", 96), test = clouds("test", 300);
  const predictionsAt = async (weightDecay: number) => [
    ...(await linearProbe(train, test, {
      ...linearProtocols.beit,
      optimizer: { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
      epochs: 4,
      batchSize: 32,
      baseLearningRate: 0.4,
    })).predictions,
  ];
  const expectedAt = (weightDecay: number) => {
    const start = normals(6, stream({ seed: 0, name: "linear-probe/weight" })).map((z) => 0.01 * z);
    const w = tf.variable<tf.Rank.R2>(tf.tensor2d(start, [2, 3])), b = tf.variable<tf.Rank.R1>(tf.zeros([3]));
    const x = tf.tensor2d(train.values, [96, 2]), y = tf.oneHot(tf.tensor1d(train.labels, "int32"), 3);
    const optimizer = tf.train.adam(0.05, 0.9, 0.999, 1e-8);
    for (let epoch = 0; epoch < 4; epoch++) {
      const order = permutation(96, stream({ seed: 0, name: "linear-probe/order", epoch }));
      const rate = 0.05 * 0.5 * (1 + Math.cos(Math.PI * epoch / 4)); // stays for an epoch
      (optimizer as unknown as { learningRate: number }).learningRate = rate;
      for (let step = 0; step < 3; step++) {
        const rows = tf.tensor1d(order.slice(step * 32, step * 32 + 32), "int32");
        const { grads } = tf.variableGrads(
          () =>
            tf.losses.softmaxCrossEntropy(tf.gather(y, rows), linear(tf.gather(x, rows), w, b)) as tf.Scalar,
          [w, b],
        );
        for (const parameter of [w, b]) {
          parameter.assign(tf.mul(parameter, 1 - rate * weightDecay));
        }
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      }
    }
    return [...tf.argMax(linear(tf.tensor2d(test.values, [300, 2]), w, b), 1).dataSync()];
  };
  assert.deepEqual(linearProtocols.beit.optimizer, { // run_linear_eval.py decays all parameters so
    kind: "adamw",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 1e-4,
  });
  const [none, strong] = [await predictionsAt(0), await predictionsAt(10)];
  assert.deepEqual(none, expectedAt(0));
  assert.deepEqual(strong, expectedAt(10));
  assert.notDeepEqual(strong, none); // so that decay is seen
});

Deno.test("linearProbe() of few rows takes 500 steps unless told otherwise", async () => {
  const train = clouds("few", 40), test = clouds("test", 400);
  const long = await linearProbe(train, test, { epochs: 500, warmupEpochs: 100 }); // a step each
  const short = await linearProbe(train, test, { epochs: 10, warmupEpochs: 2 });
  assert.deepEqual(await linearProbe(train, test), long);
  assert.notDeepEqual(short.predictions, long.predictions);
});
