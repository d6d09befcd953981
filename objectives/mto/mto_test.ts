import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { attentionHeterogeneity } from "./attention_heterogeneity.ts";
import { excludeBias } from "./exclude_bias.ts";
import { heterogeneity, type TokenAffinity } from "./heterogeneity.ts";
import { heterogeneityProfile } from "./heterogeneity_profile.ts";
import type { MtoHost } from "./mto_host.ts";
import { mtoLoss, type MtoOptions } from "./mto_loss.ts";
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

const affinities = ["scaledDot", "dot", "lnScaled", "cosine"] as const;
const kinds = ["mass", "entropy", "affinity"] as const;

const visibleThenMasked = (visible: number[][], masked: number[][]) => ({
  tokens: tf.tensor3d([[...visible, ...masked]]),
  mask: tf.tensor2d([[...visible.map(() => 0), ...masked.map(() => 1)]]),
});
const valueOf = (visible: number[][], masked: number[][], affinity: TokenAffinity) => {
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
  for (const affinity of affinities) {
    const { values, counts } = heterogeneity(tokens, mask, affinity);
    assert.deepEqual([...counts.dataSync()], [0, 0, 0, 1]);
    near(values, [0, 0, 0, 1]); // equal tokens: a uniform row
    const slope = tf.grad((x) => heterogeneity(x as Tensor3D, mask, affinity).values)(tokens);
    assert.ok(slope.dataSync<"float32">().every(Number.isFinite), affinity);
  }
});

Deno.test("heterogeneity() of an image does not care for the others, nor for a sum that all of a row's scores get", () => {
  const tokens = tf.randomNormal<tf.Rank.R3>([3, 6, 8], 0, 1, "float32", 5);
  const mask = tf.tensor2d([[0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 0]]);
  const order = tf.tensor1d([2, 0, 1], "int32");
  for (const affinity of affinities) {
    const values = heterogeneity(tokens, mask, affinity).values;
    const reordered = heterogeneity(tf.gather(tokens, order), tf.gather(mask, order), affinity).values;
    near(reordered, [...tf.gather(values, order).dataSync<"float32">()], 0);
  }
  const visible = [[1, 2, 1], [0, 1, 1], [-1, 0.5, 1]]; // the last number gives each score what the masked token has there
  near([valueOf(visible, [[0.3, -0.7, 4]], "dot")], [valueOf(visible, [[0.3, -0.7, 0]], "dot")], 1e-6);
});

Deno.test("heterogeneity() with normalised affinities does not care for the tokens' scale; the others saturate, without slopes", () => {
  const tokens = tf.randomNormal<tf.Rank.R3>([2, 6, 8], 0, 1, "float32", 5);
  const mask = tf.tensor2d([[0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]]);
  const large: Tensor3D = tf.mul(tokens, 100);
  for (const affinity of affinities) {
    const values = [...heterogeneity(tokens, mask, affinity).values.dataSync<"float32">()];
    const found = heterogeneity(large, mask, affinity).values;
    if (affinity === "lnScaled" || affinity === "cosine") {
      near(found, values, 1e-5);
      continue;
    }
    assert.ok(Math.max(...found.dataSync<"float32">()) < 1e-3, affinity);
    const slopeAt = (x: Tensor3D) =>
      tf.max(tf.abs(tf.grad((x) => heterogeneity(x as Tensor3D, mask, affinity).values)(x))).dataSync()[0]!;
    assert.ok(slopeAt(large) < 1e-6 && slopeAt(tokens) > 0.01, affinity);
  }
  const scales = tf.randomUniform([2, 6, 1], 0.5, 3, "float32", 6),
    shifts = tf.randomNormal([2, 6, 1], 0, 2, "float32", 7);
  const moved: Tensor3D = tf.add(tf.mul(tokens, scales), shifts);
  const values = heterogeneity(tokens, mask, "lnScaled").values.dataSync<"float32">();
  near(heterogeneity(moved, mask, "lnScaled").values, [...values], 1e-5);
});

Deno.test("heterogeneity() stays 1 where a masked token resembles all alike, however many they are", () => {
  const visible = [[1, 0, 0], [0, 1, 0]];
  for (const affinity of ["scaledDot", "dot", "cosine"] as const) {
    near([valueOf([...visible, ...visible], [[0, 0, 5]], affinity)], [1], 1e-6);
  }
});

Deno.test("attentionHeterogeneity() of worked rows: the mean over heads, without the class token and masked columns", () => {
  const even = [7, 2, 2, 9, -3], uneven = [-7, Math.log(0.7), Math.log(0.3), 40, 5];
  const ofHead = (row: number[]) => Array.from({ length: 5 }, (_, i) => i < 3 ? [1, 5 * i, 2, 3, 4] : row); // rows of the class token and visible patches do not count
  const scores = tf.tensor4d([[ofHead(even), ofHead(uneven)]]);
  const { values, counts } = attentionHeterogeneity(scores, halves);
  const entropy = -(0.7 * Math.log(0.7) + 0.3 * Math.log(0.3)) / Math.LN2; // in bits, of two columns
  near(values, [(1 + entropy) / 2]);
  near(counts, [1]);
  near(attentionHeterogeneity(scores, tf.tensor2d([[0, 1, 1, 1]])).values, [0], 0); // one visible column
});

Deno.test("attentionHeterogeneity() by tokens' own scaled products is heterogeneity()", () => {
  const tokens = tf.randomNormal<tf.Rank.R3>([3, 7, 8], 0, 1, "float32", 5);
  const mask = tf.tensor2d([[0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0]]);
  const products = tf.mul(tf.matMul(tokens, tokens, false, true), 1 / Math.sqrt(8));
  const scores: Tensor4D = tf.tile(tf.expandDims(products, 1), [1, 2, 1, 1]); // two heads alike
  const expected = heterogeneity(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), mask, "scaledDot");
  const { values, counts } = attentionHeterogeneity(scores, mask);
  near(values, [...expected.values.dataSync<"float32">()]);
  assert.deepEqual([...counts.dataSync()], [1, 1, 0]);
});

Deno.test("heterogeneityProfile() is each stage's heterogeneity without the class token, over the images that have one", async () => {
  const stages = [[[9, 9], [3, 1], [0, 4], [2, 0]], [[9, 9], [1, 0], [1, 0], [4, 4]]].map((tokens) =>
    tf.tensor3d([tokens, tokens])
  );
  const before = tf.memory().numTensors;
  const mask = tf.tensor2d([[0, 0, 1], [1, 1, 1]]); // the second image has no visible token
  const host = { stages, scores: [], mask };
  near(await heterogeneityProfile(host), [0.10729, 1]);
  near(await heterogeneityProfile(host, "lnScaled"), [0.310571, 1]);
  assert.equal(tf.memory().numTensors, before + 1);
  await assert.rejects(heterogeneityProfile({ ...host, mask: tf.ones([2, 3]) }), RangeError);
  await assert.rejects(heterogeneityProfile(host, "attention"), /ask forwardStages\(\) for withScores/);
  const scores = tf.tensor4d([[[[1, 1, 1, 1], [9, 9, 9, 9], [2, 5, 8, 1], [0, 4, 4, 7]]]]);
  const shown = { ...host, scores: [tf.tile<Tensor4D>(scores, [2, 1, 1, 1])] };
  const kept = tf.memory().numTensors;
  near(await heterogeneityProfile(shown, "attention"), [1]); // the last row, without its first and last columns
  assert.equal(tf.memory().numTensors, kept);
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

Deno.test("visibleAttention() by entropy is that of worked rows, and 1 of uniform ones, however many columns they have", () => {
  const ofRow = (row: readonly number[]) =>
    visibleAttention(rowsOf(row), halves, "entropy").loss.dataSync<"float32">()[0]! * Math.log(5) /
    Math.log(4); // the class token is shut off
  near([ofRow([0.7, 0.1, 0.1, 0.1].map(Math.log)), ofRow([0, 0, -1e9, -1e9])], [0.678390, 0.5]);
  for (const numPatches of [4, 8]) {
    const uniform: Tensor4D = tf.zeros([1, 1, 1 + numPatches, 1 + numPatches]);
    const mask = tf.tensor2d([Array.from({ length: numPatches }, (_, i) => i % 2)]);
    near(visibleAttention(uniform, mask, "entropy").loss, [1], 1e-6);
  }
});

Deno.test("visibleAttention() does not count images without masked tokens", () => {
  const scores = tf.randomNormal<tf.Rank.R4>([3, 2, 5, 5], 0, 1, "float32", 4);
  const mask = tf.tensor2d([[0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]]);
  for (const kind of kinds) {
    const all = visibleAttention(scores, mask, kind);
    const second = visibleAttention(tf.slice(scores, [1], [1]), tf.slice(mask, [1], [1]), kind);
    for (const name of ["loss", "leak", "entropy"] as const) {
      near(all[name], [...second[name].dataSync<"float32">()], 1e-6);
    }
    const none = visibleAttention(scores, tf.zeros([3, 4]), kind);
    near([none.loss, none.leak, none.entropy].flatMap((x) => [...x.dataSync<"float32">()]), [0, 0, 0], 0);
  }
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

Deno.test("mtoLoss() by rank of the batch has images make up for each other, and an earlier stage detached hears of nothing", () => {
  const [rising, falling] = [stagesWith([0.5, 0.7]), stagesWith([0.9, 0.6])];
  const stages = rising.map((stage, s) => tf.concat([stage, falling[s]!])); // from a mean of 0.7 to one of 0.65
  const mask = tf.tensor2d([[0, 0, 1], [0, 0, 1]]);
  const base = { ...mtoPresets.threeTerms, affinity: "dot", entropyWeight: 0, rankWeight: 1 } as const;
  const rankOf = (options: Partial<MtoOptions>) => (...all: Tensor[]) =>
    mtoLoss({ stages: all as Tensor3D[], scores: [], mask }, { ...base, recalibrationWeight: 0, ...options })
      .loss;
  near(rankOf({})(...stages), [0.2 / 2], 1e-4);
  near(rankOf({ rankPer: "batch" })(...stages), [0], 0);
  near(rankOf({ rankPer: "batch", rankMargin: 0.15 })(...stages), [0.65 - 0.7 + 0.15], 1e-4);
  for (const rankPer of ["image", "batch"] as const) {
    const options = { rankPer, rankMargin: 0.15 };
    const attached = tf.grads(rankOf(options))(stages),
      detached = tf.grads(rankOf({ ...options, rankDetached: true }))(stages);
    near(rankOf({ ...options, rankDetached: true })(...stages), [
      ...rankOf(options)(...stages).dataSync<"float32">(),
    ], 0);
    assert.ok(tf.max(tf.abs(attached[0]!)).dataSync()[0]! > 1e-3);
    near(tf.max(tf.abs(detached[0]!)), [0], 0);
    near(detached[1]!, [...attached[1]!.dataSync<"float32">()], 0);
    const none = mtoLoss({ stages: stages as Tensor3D[], scores: [], mask: tf.zeros([2, 3]) }, {
      ...base,
      recalibrationWeight: 0,
      ...options,
    });
    near(none.loss, [0], 0);
  }
});

Deno.test("mtoLoss() by attention reads each block's scores, which are one fewer than its stages", () => {
  const { stages, scores, mask } = randomHost(2);
  const none = {
    ...mtoPresets.threeTerms,
    affinity: "attention",
    entropyWeight: 0,
    rankWeight: 0,
    recalibrationWeight: 0,
  } as const;
  const heights = scores.map((ofBlock) =>
    tf.mean(attentionHeterogeneity(ofBlock, mask).values).dataSync<"float32">()[0]!
  );
  const lossOf = (options: Partial<MtoOptions>, shown = scores) =>
    mtoLoss({ stages, scores: shown, mask }, { ...none, ...options }).loss;
  near(lossOf({ entropyWeight: 1 }), [1 - heights[0]!]);
  near(lossOf({ entropyWeight: 1, entropyStages: 2 }), [1 - (heights[0]! + heights[1]!) / 2]);
  near(lossOf({ rankWeight: 1, rankMargin: 0.5, rankPer: "batch" }), [heights[1]! - heights[0]! + 0.5]);
  near(lossOf({}, []), [0], 0);
  assert.throws(() => lossOf({ entropyWeight: 1 }, []), TypeError);
  assert.throws(() => lossOf({ rankWeight: 1 }, []), TypeError);
  assert.throws(() => lossOf({ entropyWeight: 1, entropyStages: 0 }), /first 0 of 2 stages/);
  assert.throws(() => lossOf({ entropyWeight: 1, entropyStages: 3 }), /first 3 of 2 stages/);
  assert.throws(
    () =>
      mtoLoss({ stages: stages.slice(0, 2), scores: scores.slice(0, 1), mask }, { ...none, rankWeight: 1 }),
    /by attention a single block has one/,
  );
});

Deno.test("mtoLoss() has no slope by rank where heterogeneity stays the same", () => {
  const tokens = tf.randomNormal<tf.Rank.R3>([2, 5, 8], 0, 1, "float32", 1);
  const mask = tf.tensor2d([[0, 0, 1, 1], [1, 0, 0, 1]]);
  const options = { ...mtoPresets.threeTerms, entropyWeight: 0, recalibrationWeight: 0 };
  const rankOf = (...stages: Tensor[]) =>
    mtoLoss({ stages: stages as Tensor3D[], scores: [], mask }, options).loss;
  const stages = [tokens, tokens.clone(), tokens.clone()];
  near(rankOf(...stages), [0], 0);
  for (const slope of tf.grads(rankOf)(stages)) assert.equal(tf.max(tf.abs(slope)).dataSync()[0], 0);
});

const randomHost = (numImages: number): MtoHost => ({
  stages: [1, 2, 3].map((seed) => tf.randomNormal<tf.Rank.R3>([numImages, 6, 8], 0, 1, "float32", seed)),
  scores: [4, 5].map((seed) => tf.randomNormal<tf.Rank.R4>([numImages, 2, 6, 6], 0, 1, "float32", seed)),
  mask: tf.tile(tf.tensor2d([[0, 1, 0, 1, 0]]), [numImages, 1]),
});
const allTerms = { ...mtoPresets.threeTerms, rankMargin: 0.2 };

Deno.test("mtoLoss() does not care for the order of visible tokens, nor of masked ones, nor of images, nor for a sum in a row of scores", () => {
  const { stages, scores, mask } = randomHost(2);
  const tokens = tf.tensor1d([0, 3, 4, 5, 2, 1], "int32"); // the class token, then visible and masked ones change places among themselves
  const images = tf.tensor1d([1, 0], "int32");
  const others: Record<string, MtoHost> = {
    tokens: {
      stages: stages.map((stage) => tf.gather(stage, tokens, 1)),
      scores: scores.map((ofBlock) => tf.gather(tf.gather(ofBlock, tokens, 2), tokens, 3)),
      mask,
    },
    images: {
      stages: stages.map((stage) => tf.gather(stage, images)),
      scores: scores.map((ofBlock) => tf.gather(ofBlock, images)),
      mask,
    },
    rows: {
      stages,
      scores: scores.map((ofBlock) => tf.add(ofBlock, tf.randomNormal([2, 2, 6, 1], 0, 3, "float32", 6))),
      mask,
    },
  };
  for (const [i, recalibration] of kinds.entries()) {
    const options = { ...allTerms, recalibration, affinity: i === 0 ? "attention" : "scaledDot" } as const;
    const { metrics } = mtoLoss({ stages, scores, mask }, options);
    assert.ok(metrics.rank!.dataSync()[0]! > 0.01);
    for (const [what, host] of Object.entries(others)) {
      for (const [name, found] of Object.entries(mtoLoss(host, options).metrics)) {
        const [value, expected] = [found.dataSync()[0]!, metrics[name]!.dataSync()[0]!];
        assert.ok(Math.abs(value - expected) < 2e-6, `${what}, ${name}: ${value} is not ${expected}`); // float32, sums in another order
      }
    }
  }
});

Deno.test("mtoLoss() is finite, with finite slopes, for images without masked or visible tokens and for equal tokens", () => {
  const rows = {
    "no masked token": [0, 0, 0, 0, 0],
    "no visible token": [1, 1, 1, 1, 1],
    "one visible token": [1, 1, 0, 1, 1],
    "two visible tokens": [1, 0, 0, 1, 1],
  };
  const equal = [1, 2, 3].map(() => tf.ones<tf.Rank.R3>([1, 6, 8]));
  for (const [what, row] of Object.entries(rows)) {
    const { stages, scores } = randomHost(1);
    const mask = tf.tensor2d([row]);
    for (const tokens of [stages, equal]) {
      for (const [i, affinity] of ([...affinities, "attention"] as const).entries()) {
        const options = { ...allTerms, affinity, recalibration: kinds[i % 3]! };
        const inputs = affinity === "attention" ? scores : [...tokens, ...scores]; // by attention no term reads tokens
        const lossAt = (...all: Tensor[]) => {
          const shown = [...tokens, ...all].slice(-5);
          return mtoLoss(
            { stages: shown.slice(0, 3) as Tensor3D[], scores: shown.slice(3) as Tensor4D[], mask },
            options,
          ).loss;
        };
        for (const found of [lossAt(...inputs), ...tf.grads(lossAt)([...inputs])]) {
          assert.ok(found.dataSync<"float32">().every(Number.isFinite), `${what}, ${affinity}`);
        }
      }
    }
  }
});

Deno.test("mtoLoss() takes no image into its means that has nothing to compare, and is 0 if none has", () => {
  const { stages, scores } = randomHost(3);
  const one = <T extends Tensor>(x: T): T => tf.slice(x, [1], [1]);
  const mask = tf.tensor2d([[0, 0, 0, 0, 0], [0, 1, 0, 1, 0], [1, 1, 1, 1, 1]]);
  for (const recalibration of kinds) {
    const options = { ...allTerms, recalibration };
    const all = mtoLoss({ stages, scores, mask }, options);
    const { maskedNorm: _, ...second } = // it is of the third image too
      mtoLoss({ stages: stages.map(one), scores: scores.map(one), mask: one(mask) }, options).metrics;
    for (const [name, expected] of Object.entries(second)) {
      near(all.metrics[name]!, [...expected.dataSync<"float32">()], 1e-6);
    }
    near(mtoLoss({ stages, scores, mask: tf.zeros([3, 5]) }, options).loss, [0], 0);
  }
});

for (const affinity of ["scaledDot", "attention"] as const) {
  Deno.test(`mtoLoss() by ${affinity} adds its terms by their weights, and has slopes for tokens and scores`, () => {
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
      affinity,
    };
    const { loss, metrics } = mtoLoss({ stages, scores, mask }, options);
    const value = (name: string) => metrics[name]!.dataSync<"float32">()[0]!;
    near(loss, [0.3 * value("entropy") + 0.5 * value("rank") + 0.7 * value("recalibration")]);
    near([value("entropy")], [1 - value("heterogeneity.0")]);
    assert.ok(Math.abs(value("cosine")) < 0.5 && value("leak") > 0.2 && value("rowEntropy.1") > 0.5);

    const inputs: Tensor[] = affinity === "attention" ? scores : [...stages, ...scores]; // by attention no term reads tokens
    const lossAt = (...all: Tensor[]) => {
      const shown = [...stages, ...all].slice(-5);
      return mtoLoss(
        { stages: shown.slice(0, 3) as Tensor3D[], scores: shown.slice(3) as Tensor4D[], mask },
        options,
      ).loss;
    };
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
}

Deno.test("mtoLoss() computes what is weighted, by the sign, stages and blocks that are asked for", () => {
  const mask = tf.tensor2d([[0, 0, 1, 1], [1, 0, 0, 1]]);
  const stages = [1, 2, 3].map((seed) => tf.randomNormal<tf.Rank.R3>([2, 5, 8], 0, 1, "float32", seed));
  const scores = [4, 5].map((seed) => tf.randomNormal<tf.Rank.R4>([2, 2, 5, 5], 0, 1, "float32", seed));
  const none = { ...mtoPresets.threeTerms, entropyWeight: 0, rankWeight: 0, recalibrationWeight: 0 };
  const lossOf = (options: Partial<typeof none>) => {
    const { loss, metrics } = mtoLoss({ stages, scores, mask }, { ...none, ...options });
    return { loss: loss.dataSync()[0]!, metrics, names: Object.keys(metrics).sort() };
  };
  const empty = lossOf({});
  assert.deepEqual([empty.loss, empty.names], [0, ["cosine", "maskedNorm"]]);
  const first = lossOf({ entropyWeight: 1 });
  assert.deepEqual(first.names, ["cosine", "entropy", "heterogeneity.0", "maskedNorm"]); // no scores, no other stage
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
  const late = lossOf({ recalibrationWeight: 1, recalibrationBlocks: "late" });
  assert.deepEqual(late.names, ["cosine", "leak", "maskedNorm", "recalibration", "rowEntropy.1"]);
  const { leak, entropy } = visibleAttention(scores[1]!, mask, "mass");
  near(late.metrics.leak!, [...leak.dataSync<"float32">()]);
  near(late.metrics["rowEntropy.1"]!, [...entropy.dataSync<"float32">()]);
  assert.throws(() => lossOf({ entropyWeight: 1, entropyStages: 4 }), RangeError);
});

Deno.test("a mask token that starts as a visible one moves away from it, step by step, downhill, and by dot products shrinks", () => {
  const visible = tf.randomNormal<tf.Rank.R2>([6, 8], 0, 1, "float32", 9);
  const mask = tf.tensor2d([[...Array(6).fill(0), ...Array(4).fill(1)]]);
  for (const affinity of ["scaledDot", "lnScaled"] as const) {
    const tokensWith = (token: Tensor): Tensor3D =>
      tf.expandDims(
        tf.concat([visible, tf.matMul(tf.ones([4, 1]), tf.reshape(token, [1, 8]) as Tensor2D)]),
        0,
      );
    const heightOf = (token: Tensor) => tf.sum(heterogeneity(tokensWith(token), mask, affinity).values);
    const largestCosine = (token: Tensor) => {
      const cosines = tf.div(tf.dot(visible, token), tf.mul(tf.norm(visible, 2, 1), tf.norm(token)));
      return tf.max(cosines).dataSync()[0]!;
    };
    const normOf = (token: Tensor) => {
      const entering: Tensor3D = tf.pad(tokensWith(token), [[0, 0], [1, 0], [0, 0]]);
      const host = { stages: [entering, entering], scores: [], mask };
      return mtoLoss(host, { ...mtoPresets.mto, affinity }).metrics.maskedNorm!.dataSync<"float32">()[0]!;
    };
    let token: Tensor = tf.reshape(tf.slice(visible, [0, 0], [1, 8]), [8]);
    let height = heightOf(token).dataSync()[0]!;
    const norm = normOf(token);
    near([norm, largestCosine(token)], [tf.norm(token).dataSync()[0]!, 1], 1e-6);
    for (let step = 0; step < 40; step++) {
      token = tf.add(token, tf.mul(tf.grad(heightOf)(token), 0.3));
      const next = heightOf(token).dataSync()[0]!;
      assert.ok(next > height, `${affinity}, step ${step}: ${next} after ${height}`);
      height = next;
    }
    assert.ok(largestCosine(token) < 0.95, affinity);
    if (affinity === "scaledDot") assert.ok(normOf(token) < 0.5 * norm);
  }
});

Deno.test("mtoLoss() leaves nothing behind but its result", () => {
  const host = {
    stages: [tf.ones<tf.Rank.R3>([1, 5, 4]), tf.ones<tf.Rank.R3>([1, 5, 4])],
    scores: [tf.ones<tf.Rank.R4>([1, 2, 5, 5])],
    mask: tf.tensor2d([[0, 0, 1, 1]]),
  };
  const { threeTerms } = mtoPresets;
  for (
    const options of [threeTerms, {
      ...threeTerms,
      affinity: "dot",
      rankPer: "batch",
      rankDetached: true,
    }] as const
  ) {
    const before = tf.memory().numTensors;
    const { loss, metrics } = mtoLoss(host, options);
    tf.dispose([loss, ...Object.values(metrics)]);
    assert.equal(tf.memory().numTensors, before);
  }
});
