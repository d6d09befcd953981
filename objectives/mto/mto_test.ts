import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { excludeBias } from "./exclude_bias.ts";
import { heterogeneity, type MtoAffinity } from "./heterogeneity.ts";
import { mtoLoss } from "./mto_loss.ts";
import { mtoPresets } from "./mto_presets.ts";
import { visibleAttention } from "./visible_attention.ts";

await useDevice("cpu");
// Values without a derivation beside them are of an independent implementation in float64.

function near(found: Tensor | readonly number[], expected: readonly number[], tolerance = 1e-5): void {
  const values = found instanceof tf.Tensor ? [...found.dataSync<"float32">()] : found;
  assert.equal(values.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(values[i]! - value) <= tolerance, `${values} is not ${expected}`);
  }
}

const visibleThenMasked = (visible: number[][], masked: number[][]) => ({
  tokens: tf.tensor3d([[...visible, ...masked]]),
  mask: tf.tensor2d([[...visible.map(() => 0), ...masked.map(() => 1)]]),
});
const valueOf = (visible: number[][], masked: number[][], affinity: MtoAffinity) => {
  const { tokens, mask } = visibleThenMasked(visible, masked);
  return heterogeneity(tokens, mask, affinity).values.dataSync<"float32">()[0]!;
};

Deno.test("heterogeneity() of worked examples", () => {
  near([valueOf([[3, 1], [0, 4]], [[2, 0]], "scaledDot")], [0.10729]);
  near([valueOf([[3, 1], [0, 4]], [[2, 0]], "lnScaled")], [0.310571]);
  const axes = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]];
  near([valueOf(axes, [[0, 0, 0, 1]], "scaledDot")], [1]);
  near([valueOf(axes, [[1, 1, 0, 0]], "scaledDot")], [0.977932]);
  near([valueOf(axes, [[0, 0, 0, 1], [1, 1, 0, 0]], "lnScaled")], [(1 + 0.774499) / 2]);
});

Deno.test("heterogeneity() is highest away from all visible tokens, and, a known weakness, in their middle", () => {
  const visible = [[1, 0, 0], [0, 1, 0]];
  near([valueOf(visible, [[0, 0, 5]], "dot")], [1]);
  near([valueOf(visible, [[1, 0, 0]], "dot")], [0.839942]);
  near([valueOf(visible, [[7, 7, 0]], "dot")], [1]);
});

Deno.test("heterogeneity() counts images with a masked and two visible tokens, and is finite for all", () => {
  const tokens: Tensor3D = tf.ones([4, 3, 2]);
  const mask = tf.tensor2d([[0, 0, 0], [1, 1, 1], [0, 1, 1], [0, 0, 1]]);
  for (const affinity of ["scaledDot", "dot", "lnScaled", "cosine"] as const) {
    const { values, counts } = heterogeneity(tokens, mask, affinity);
    assert.deepEqual([...counts.dataSync()], [0, 0, 0, 1]);
    near(values, [0, 0, 0, 1]); // equal tokens: a uniform row
    const slope = tf.grad((x) => heterogeneity(x as Tensor3D, mask, affinity).values)(tokens);
    assert.ok(slope.dataSync<"float32">().every(Number.isFinite), affinity);
  }
});

Deno.test("heterogeneity() does not care for the order of tokens, and normalised affinities not for their scale", () => {
  const tokens = tf.randomNormal<tf.Rank.R3>([2, 6, 8], 0, 1, "float32", 5);
  const mask = tf.tensor2d([[0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]]);
  const order = tf.tensor1d([2, 0, 1, 5, 3, 4], "int32");
  for (const affinity of ["scaledDot", "dot", "lnScaled", "cosine"] as const) {
    const values = [...heterogeneity(tokens, mask, affinity).values.dataSync<"float32">()];
    near(
      heterogeneity(tf.gather(tokens, order, 1), tf.gather(mask, order, 1), affinity).values,
      values,
      1e-6,
    );
    const large = heterogeneity(tf.mul(tokens, 100), mask, affinity).values;
    if (affinity === "lnScaled" || affinity === "cosine") near(large, values, 1e-5);
    else assert.ok(Math.max(...large.dataSync<"float32">()) < 0.1); // saturated: they should be watched
  }
});

/** Scores [1, 1, 1 + 4, 1 + 4] whose every row is the same over four patches; the class token is shut off. */
const rowsOf = (row: readonly number[]): Tensor4D =>
  tf.tensor4d([[Array.from({ length: 5 }, () => [-1e9, ...row])]]);
const halves = tf.tensor2d([[0, 0, 1, 1]]);

Deno.test("visibleAttention() tells the share that masked tokens get and asks for less of it", () => {
  near([visibleAttention(rowsOf([1, 1, 0, 0]), halves, "mass").leak.dataSync<"float32">()[0]!], [0.268941]);
  const { loss, leak } = visibleAttention(rowsOf([0, 0, 1, 0]), halves, "mass");
  near(leak, [0.650245]);
  near(loss, [1.050521]);
  const slope = tf.grad((x) => visibleAttention(x as Tensor4D, halves, "mass").loss)(rowsOf([0, 0, 1, 0]));
  const rows = slope.arraySync() as number[][][][];
  near(rows[0]![0]![1]!.slice(1).map((s) => 2 * s), [-0.325122, -0.325122, 0.475367, 0.174878]); // one of two visible rows
  near(rows[0]![0]![3]!, [0, 0, 0, 0, 0]); // masked rows are free
  near(rows[0]![0]![0]!, [0, 0, 0, 0, 0]); // and so is the class token's
});

Deno.test("visibleAttention() by entropy sharpens whatever leads, be it masked", () => {
  const leakAfterStep = (row: readonly number[]) => {
    const scores = rowsOf(row);
    const slope = tf.grad((x) =>
      tf.mul(visibleAttention(x as Tensor4D, halves, "entropy").loss, 2 * Math.log(5))
    )(scores);
    return visibleAttention(tf.sub(scores, slope), halves, "mass").leak.dataSync<"float32">()[0]!;
  };
  near([leakAfterStep([1, 1, 0, 0]), leakAfterStep([0, 0, 1, 0])], [0.232078, 0.705475]);
});

Deno.test("visibleAttention() among masked columns ignores the visible ones", () => {
  const loss = (row: readonly number[]) =>
    visibleAttention(rowsOf(row), halves, "affinity").loss.dataSync<"float32">()[0]!;
  near([loss([9, 9, 0, 0]), loss([0, 0, 5, 5])], [1, 1]);
  assert.ok(loss([0, 0, 60, 0]) < 1e-6);
});

Deno.test("excludeBias() shuts off the masked columns that visible rows attend to least", () => {
  const scores = rowsOf([0, 0, 1, 2]);
  const weights = (share: number) => {
    const shut: Tensor4D = tf.softmax(tf.add(scores, excludeBias(scores, halves, share)));
    return (shut.arraySync() as number[][][][])[0]![0]!;
  };
  near(weights(1)[1]!.slice(1), [0.5, 0.5, 0, 0]);
  near(weights(0.5)[1]!.slice(1), [0.106507, 0.106507, 0, 0.786986]);
  near(weights(0.5)[3]!.slice(1), [...tf.softmax(tf.tensor1d([0, 0, 1, 2])).dataSync<"float32">()]); // a masked row
  assert.equal(tf.sum(tf.abs(excludeBias(scores, halves, 0))).dataSync()[0], 0);
  assert.throws(() => excludeBias(scores, halves, 2), RangeError);
});

/** Stages [1, 1 + 3, 2] with heterogeneities that are given: the masked token leans on the first visible one by their logit. */
function stagesWith(profile: readonly number[]): Tensor3D[] {
  return profile.map((height) => {
    let [low, high] = [0, 60]; // heterogeneity falls with the logit
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (valueOf([[1, 0], [0, 0]], [[middle, 0]], "dot") > height) low = middle;
      else high = middle;
    }
    return tf.tensor3d([[[0, 0], [1, 0], [0, 0], [low, 0]]]);
  });
}

Deno.test("mtoLoss() asks for a profile that does not rise", () => {
  const mask = tf.tensor2d([[0, 0, 1]]);
  const rankOf = (profile: readonly number[], rankMargin: number) => {
    const stages = stagesWith(profile);
    const scores = stages.slice(1).map(() => tf.zeros<tf.Rank.R4>([1, 1, 4, 4]));
    const options = { ...mtoPresets.threeTerms, affinity: "dot", rankMargin } as const;
    return mtoLoss({ stages, scores, mask }, options).metrics.rank!.dataSync<"float32">()[0]!;
  };
  near(
    [rankOf([0.9, 0.95, 0.7, 0.72, 0.5], 0), rankOf([0.9, 0.95, 0.7, 0.72, 0.5], 0.1)],
    [0.0175, 0.0675],
    1e-4,
  );
  near([rankOf([0.9, 0.9, 0.3], 0)], [0], 1e-4);
});

Deno.test("mtoLoss() adds its terms by their weights, and has slopes for tokens and scores", () => {
  const mask = tf.tensor2d([[0, 0, 1, 1], [1, 0, 0, 1]]);
  const stages = [1, 3, 2].map((size, i) =>
    // the second is less heterogeneous, the third more than that
    tf.mul<Tensor3D>(tf.randomNormal([2, 5, 8], 0, 1, "float32", i + 1), size)
  );
  const scores = [4, 5].map((seed) => tf.randomNormal<tf.Rank.R4>([2, 2, 5, 5], 0, 1, "float32", seed));
  const options = {
    ...mtoPresets.threeTerms,
    entropyWeight: 0.3,
    rankWeight: 0.5,
    recalibrationWeight: 0.7,
    rankMargin: 0.2,
  };
  const { loss, metrics } = mtoLoss({ stages, scores, mask }, options);
  const value = (name: string) => metrics[name]!.dataSync<"float32">()[0]!;
  near(loss, [0.3 * value("entropy") + 0.5 * value("rank") + 0.7 * value("recalibration")]);
  near([value("entropy")], [1 - value("heterogeneity.0")]);
  assert.ok(Math.abs(value("cosine")) < 0.5 && value("leak") > 0.2 && value("rowEntropy") > 0.5);

  const inputs: Tensor[] = [...stages, ...scores];
  const lossAt = (...all: Tensor[]) =>
    mtoLoss({ stages: all.slice(0, 3) as Tensor3D[], scores: all.slice(3) as Tensor4D[], mask }, options)
      .loss;
  const slopes = tf.grads(lossAt)(inputs);
  assert.ok(value("rank") > 0.01);
  for (const [i, slope] of slopes.entries()) {
    const norm = Math.sqrt(tf.sum(tf.square(slope)).dataSync()[0]!);
    const step = 3e-2;
    const at = (sign: number) =>
      lossAt(...inputs.map((x, j) => j === i ? tf.add(x, tf.mul(slope, sign * step / norm)) : x))
        .dataSync()[0]!;
    const found = (at(1) - at(-1)) / (2 * step);
    assert.ok(Math.abs(found / norm - 1) < 0.02, `input ${i}: ${found} is not ${norm}`); // float32 differences
  }
  assert.throws(() => mtoLoss({ stages, scores: [], mask }, options), TypeError);
});

Deno.test("mtoLoss() computes what is weighted, by the sign, stages and blocks that are asked for", () => {
  const mask = tf.tensor2d([[0, 0, 1, 1], [1, 0, 0, 1]]);
  const stages = [1, 2, 3].map((seed) => tf.randomNormal<tf.Rank.R3>([2, 5, 8], 0, 1, "float32", seed));
  const scores = [4, 5].map((seed) => tf.randomNormal<tf.Rank.R4>([2, 2, 5, 5], 0, 1, "float32", seed));
  const none = { ...mtoPresets.threeTerms, entropyWeight: 0, rankWeight: 0, recalibrationWeight: 0 };
  const lossOf = (options: Partial<typeof none>) => {
    const { loss, metrics } = mtoLoss({ stages, scores, mask }, { ...none, ...options });
    return { loss: loss.dataSync()[0]!, names: Object.keys(metrics).sort() };
  };
  assert.deepEqual(lossOf({}), { loss: 0, names: ["cosine"] });
  const first = lossOf({ entropyWeight: 1 });
  assert.deepEqual(first.names, ["cosine", "entropy", "heterogeneity.0"]); // no scores, no other stage
  assert.equal(lossOf({ entropyWeight: -1 }).loss, -first.loss);
  const heights = stages.map((tokens) => {
    const { values } = heterogeneity(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), mask, "scaledDot");
    return tf.mean(values).dataSync()[0]!;
  });
  near([lossOf({ entropyWeight: 1, entropyStages: 2 }).loss], [1 - (heights[0]! + heights[1]!) / 2]);
  const blocks = scores.map((ofBlock) => visibleAttention(ofBlock, mask, "mass").loss.dataSync()[0]!);
  const recalibrated = (recalibrationBlocks: "early" | "late" | "all") =>
    lossOf({ recalibrationWeight: 1, recalibrationBlocks }).loss;
  near(
    [recalibrated("early"), recalibrated("late"), recalibrated("all")],
    [blocks[0]!, blocks[1]!, (blocks[0]! + blocks[1]!) / 2],
  );
  assert.throws(() => lossOf({ entropyWeight: 1, entropyStages: 4 }), RangeError);
});

Deno.test("a mask token that starts as a visible one moves away from it, step by step, downhill", () => {
  const visible = tf.randomNormal<tf.Rank.R2>([6, 8], 0, 1, "float32", 9);
  const mask = tf.tensor2d([[...Array(6).fill(0), ...Array(4).fill(1)]]);
  for (const affinity of ["scaledDot", "lnScaled"] as const) {
    const heightOf = (token: Tensor) =>
      tf.sum(
        heterogeneity(
          tf.expandDims(
            tf.concat([visible, tf.matMul(tf.ones([4, 1]), tf.reshape(token, [1, 8]) as Tensor2D)]),
            0,
          ),
          mask,
          affinity,
        ).values,
      );
    let token: Tensor = tf.reshape(tf.slice(visible, [0, 0], [1, 8]), [8]);
    let height = heightOf(token).dataSync()[0]!;
    for (let step = 0; step < 40; step++) {
      token = tf.add(token, tf.mul(tf.grad(heightOf)(token), 0.1));
      const next = heightOf(token).dataSync()[0]!;
      assert.ok(next > height, `${affinity}, step ${step}: ${next} after ${height}`);
      height = next;
    }
  }
});

Deno.test("mtoLoss() leaves nothing behind but its result", () => {
  const host = {
    stages: [tf.ones<tf.Rank.R3>([1, 5, 4]), tf.ones<tf.Rank.R3>([1, 5, 4])],
    scores: [tf.ones<tf.Rank.R4>([1, 2, 5, 5])],
    mask: tf.tensor2d([[0, 0, 1, 1]]),
  };
  const before = tf.memory().numTensors;
  const { loss, metrics } = mtoLoss(host, mtoPresets.threeTerms);
  tf.dispose([loss, ...Object.values(metrics)]);
  assert.equal(tf.memory().numTensors, before);
});
