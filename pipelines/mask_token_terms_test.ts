import { excludeBias, mtoLoss, mtoPresets } from "@lacuna/objectives/mto";
import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { beit, beitMethod } from "./beit.ts";
import { beitEncoder, type BeitHostConfig } from "./beit_host.ts";
import { bootmae, bootmaeMethod } from "./bootmae.ts";
import { conmim, conmimMethod } from "./conmim.ts";
import { mae, maeMethod } from "./mae.ts";
import { checkMtoSchedule, type MaskTokenTerms, type MtoConfig, mtoTerms } from "./mask_token_terms.ts";
import { maskfeat, maskfeatMethod } from "./maskfeat.ts";
import type { Method, MethodConfig } from "./method.ts";
import { methodBatches } from "./method_batches.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import { noMto } from "./method_presets.ts";
import type { StepResult } from "./pipeline.ts";
import { simmim, simmimMethod } from "./simmim.ts";
import { testImages } from "./_test_images.ts";

await useDevice("wasm");
const images = { ...testImages(32), height: 28, width: 28 };
const start = { step: 0, progress: 0.5 };
const centroids = normals(8 * 49, stream({ seed: 0, name: "centroids" })); // BEiT's codes
const threeTerms: MtoConfig = { ...noMto, ...mtoPresets.threeTerms };
const allTerms: MtoConfig = {
  ...threeTerms,
  entropyWeight: 1,
  rankWeight: 1,
  rankMargin: 0.1,
  recalibrationWeight: 1,
};

/** A method with mask tokens, small, and its first batch. */
type Host = {
  /** As `pretrain()` builds it. */
  readonly withMto: (mto: MtoConfig) => MethodPipeline<unknown>;
  /** Built with such terms, or none. */
  readonly withTerms: (terms?: MaskTokenTerms) => MethodPipeline<unknown>;
  readonly batch: () => Promise<unknown>;
};

function hostOf<Config extends MethodConfig & { readonly mto: MtoConfig }, Batch>(
  method: Method<Config, Batch>,
  build: (config: Config, terms?: MaskTokenTerms) => MethodPipeline<Batch>,
  change: (tiny: Config) => Config = (tiny) => tiny,
): Host {
  const tiny = change(method.presets.tiny!);
  const config: Config = { ...tiny, schedule: { ...tiny.schedule, batchSize: 4 } };
  return {
    withMto: (mto) => method.pipeline({ ...config, mto }, images, centroids) as MethodPipeline<unknown>,
    withTerms: (terms) => build(config, terms) as MethodPipeline<unknown>,
    batch: async () => {
      await using source = await methodBatches(method, config, images);
      const { value } = await source.batches(0, 0).next();
      using loaded = value!;
      return structuredClone(loaded.batch);
    },
  };
}

/** With a learned bias between positions, and blocks that change what they are given by more than they do at first. */
function strong<Config extends Pick<BeitHostConfig, "encoder">>(config: Config): Config {
  return { ...config, encoder: { ...config.encoder, positions: "both", layerScaleInit: 1, initStd: 0.3 } };
}

const hosts: Readonly<Record<string, Host>> = {
  mae: hostOf(maeMethod, (config, terms) => mae(config, images, terms)),
  simmim: hostOf(simmimMethod, (config, terms) => simmim(config, images, terms), strong),
  beit: hostOf(beitMethod, (config, terms) => beit(config, images, terms, centroids), strong),
  maskfeat: hostOf(maskfeatMethod, (config, terms) => maskfeat(config, images, terms), strong),
  bootmae: hostOf(bootmaeMethod, (config, terms) => bootmae(config, images, terms)),
  conmim: hostOf(conmimMethod, (config, terms) => conmim(config, images, terms), strong),
};

const numberOf = (x: number | tf.Tensor) => typeof x === "number" ? x : x.dataSync<"float32">()[0]!;

function near(found: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);
}

function assertSame(found: StepResult, expected: StepResult, what: string): void {
  assert.equal(numberOf(found.loss), numberOf(expected.loss), what);
  assert.deepEqual(Object.keys(found.grads), Object.keys(expected.grads), what);
  for (const [name, grad] of Object.entries(expected.grads)) {
    assert.deepEqual(found.grads[name]!.dataSync(), grad.dataSync(), `${what}: ${name}`);
  }
}

for (const [name, { withMto, withTerms, batch }] of Object.entries(hosts)) {
  Deno.test(`masked token optimization on ${name}: at weights of 0 the host alone, bit for bit`, async () => {
    const first = await batch();
    const alone = withTerms().step(first, start);
    assertSame(withMto(noMto).step(first, start), alone, "weights of 0");
    const seen: number[] = [];
    const terms: MaskTokenTerms = { // its blocks show what they do, and nothing comes of it
      readsScores: true,
      loss: (host) => {
        seen.push(host.stages.length, host.scores.length);
        return mtoLoss(host, noMto);
      },
    };
    assertSame(withTerms(terms).step(first, start), alone, "terms that add 0");
    assert.ok(seen.length > 0 && seen.every((count) => count >= 1));
  });

  Deno.test(`masked token optimization on ${name}: all terms add to its loss and reach all that mask tokens meet`, async () => {
    const first = await batch();
    const alone = withTerms().step(first, start);
    const { loss, grads, metrics } = withMto({ ...threeTerms, rankMargin: 0.2 }).step(first, start); // or the last MLP, heard by rank alone, may have done enough
    const termsOf = (prefix: string) =>
      0.1 *
      ["entropy", "rank", "recalibration"].reduce((sum, term) => sum + numberOf(metrics[prefix + term]!), 0);
    const terms = name === "bootmae" ? (termsOf("") + termsOf("features.")) / 2 : termsOf("");
    const added = numberOf(loss) - numberOf(alone.loss);
    assert.ok(terms > 0.01 && Math.abs(added - terms) < 1e-5 * numberOf(loss), `${added} is not ${terms}`); // float32
    const met = Object.keys(grads).filter((key) =>
      /mask_token$|patch_embed\.proj|bias_table$|\.attn\.(qkv|q|k)\.weight$|mlp\.fc1\.weight$/.test(key)
    );
    assert.ok(met.length >= 6);
    for (const key of met) {
      assert.ok(grads[key]!.dataSync<"float32">().every(Number.isFinite), key);
      const change = tf.max(tf.abs(tf.sub(grads[key]!, alone.grads[key]!)));
      assert.ok(numberOf(change) > 1e-6, `${key} hears nothing of the terms`);
    }
  });

  Deno.test(`masked token optimization on ${name}: by attention it hears of the first block alone`, async () => {
    const first = await batch();
    const alone = withTerms().step(first, start);
    const mto: MtoConfig = { ...noMto, affinity: "attention", entropyWeight: 1 };
    const { loss, grads, metrics } = withMto(mto).step(first, start);
    const heights = Object.keys(metrics).filter((key) => key.includes("heterogeneity"));
    assert.deepEqual(
      heights,
      name === "bootmae" ? ["heterogeneity.0", "features.heterogeneity.0"] : ["heterogeneity.0"],
    );
    const term = heights.reduce((sum, key) => sum + 1 - numberOf(metrics[key]!), 0) / heights.length;
    near(numberOf(loss) - numberOf(alone.loss), term, 1e-5 * numberOf(loss)); // float32
    const changed = (pattern: RegExp) => {
      const keys = Object.keys(grads).filter((key) => pattern.test(key));
      assert.ok(keys.length > 0, `${pattern}`);
      return keys.map((key) => numberOf(tf.max(tf.abs(tf.sub(grads[key]!, alone.grads[key]!)))));
    };
    assert.ok(changed(/mask_token$/).every((change) => change > 0));
    const blocks = name === "mae" || name === "bootmae" ? /decoder.blocks\.0\./ : /(^|\.)blocks\.0\./;
    assert.ok(
      changed(new RegExp(`${blocks.source}attn\\.(qkv|q|k)\\.weight$`)).every((change) => change > 0),
    );
    assert.ok(changed(new RegExp(`${blocks.source}mlp\\.fc2\\.weight$`)).every((change) => change === 0));
  });

  Deno.test(`masked token optimization on ${name}: slopes of host and terms together are differences of the loss`, async () => {
    const first = await batch();
    const pipeline = withMto(allTerms);
    for (const [key, parameter] of Object.entries(pipeline.parameters)) {
      if (/mask_token$/.test(key)) parameter.assign(tf.mul(parameter, 20)); // as long as patches are
    }
    const { grads } = pipeline.step(first, start);
    const checked = Object.keys(grads).filter((key) =>
      /mask_token$|patch_embed\.proj\.weight$|bias_table$|0\.attn\.(qkv|q)\.weight$|0\.mlp\.fc1\.weight$/
        .test(key)
    );
    assert.ok(checked.length >= 5);
    for (const key of checked) {
      const parameter = pipeline.parameters[key]!, from = parameter.clone();
      const norm = numberOf(tf.norm(grads[key]!));
      const step = 1e-3; // within 3e-3 ConMIM's projector passes bends of its ReLUs
      const at = (sign: number) => {
        parameter.assign(tf.add(from, tf.mul(grads[key]!, sign * step / norm)));
        return numberOf(pipeline.step(first, start).loss);
      };
      const found = (at(1) - at(-1)) / (2 * step);
      parameter.assign(from);
      assert.ok(Math.abs(found / norm - 1) < 0.01, `${key}: ${found} is not ${norm}`); // float32: 1e-7 of the loss over the steps, beside slopes from 0.04
    }
  });
}

Deno.test("masked token optimization that excludes none of the masked tokens is the host, bit for bit", async () => {
  await useDevice("cpu"); // where fused attention has the same sums with a bias as without
  try {
    for (const name of ["mae", "simmim"]) { // one of each way to add a bias
      const { withMto, withTerms, batch } = hosts[name]!;
      const first = await batch();
      const { loss, readsScores } = mtoTerms(threeTerms, 1)!;
      const weighted = withTerms({ loss, readsScores }).step(first, start);
      assertSame(withMto({ ...threeTerms, exclude: 0 }).step(first, start), weighted, name);
      const scoreBias: MaskTokenTerms["scoreBias"] = (scores, mask) => excludeBias(scores, mask, 0);
      assertSame(
        withTerms({ loss, readsScores, scoreBias }).step(first, start),
        weighted,
        `${name}, bias of 0`,
      );
    }
  } finally {
    await useDevice("wasm");
  }
});

for (const name of ["bootmae", "conmim"]) {
  Deno.test(`masked token optimization on ${name} has nothing from the teacher and gives it no gradient`, async () => {
    const { withMto, batch } = hosts[name]!;
    const first = await batch();
    const pipeline = withMto(allTerms);
    const { grads } = pipeline.step(first, start);
    const own = new Set(Object.values(pipeline.parameters));
    for (const parameter of Object.values(pipeline.teacher)) {
      assert.ok(!parameter.trainable && !own.has(parameter));
    }
    assert.ok(Object.keys(grads).every((key) => pipeline.parameters[key]!.trainable));
    const metricsNow = () =>
      Object.entries(pipeline.step(first, start).metrics).map(([key, value]) =>
        [key, numberOf(value)] as const
      );
    const before = new Map(metricsNow());
    for (const [i, parameter] of Object.values(pipeline.teacher).entries()) {
      parameter.assign(tf.add(parameter, tf.randomNormal(parameter.shape, 0, 0.1, "float32", i + 1)));
    }
    const changed = metricsNow().filter(([key, value]) => value !== before.get(key)).map(([key]) => key);
    assert.deepEqual(changed, name === "bootmae" ? ["featureLoss"] : ["contrast", "accuracy"]); // of the host alone
  });
}

Deno.test("the terms of MAE's decoder reach its encoder", async () => {
  const { withMto, withTerms, batch } = hosts.mae!;
  const first = await batch();
  const alone = withTerms().step(first, start);
  const { grads } = withMto({ ...noMto, entropyWeight: 1 }).step(first, start); // where mask tokens enter, before any block of the decoder
  const change = (key: string) => numberOf(tf.max(tf.abs(tf.sub(grads[key]!, alone.grads[key]!))));
  assert.ok(change("blocks.0.attn.qkv.weight") > 1e-4 && change("blocks.1.mlp.fc2.weight") > 1e-4);
  assert.equal(change("decoder.decoder_blocks.0.attn.qkv.weight"), 0);
});

Deno.test("masked token optimization refuses, before the first step, more stages than there are", () => {
  const numStages = { mae: 2, simmim: 3, beit: 3, maskfeat: 3, bootmae: 2, conmim: 3 }; // their depth in tiny and 1
  for (const [name, most] of Object.entries(numStages)) {
    const { withMto } = hosts[name]!;
    withMto({ ...threeTerms, entropyStages: most });
    assert.throws(() => withMto({ ...threeTerms, entropyStages: most + 1 }), {
      name: "RangeError",
      message: `Cannot take the first ${
        most + 1
      } of ${most} stages: set entropyStages (mto.entropyStages of a config) to 1…${most}`,
    });
    const byAttention = () => withMto({ ...threeTerms, affinity: "attention", entropyStages: most - 1 });
    if (most > 2) byAttention();
    else assert.throws(byAttention, /by attention a single block has one/);
    withMto({ ...noMto, entropyStages: most + 1 }); // nothing takes them
  }
});

Deno.test("checkMtoSchedule() refuses to change weights of 0, which mtoTerms() leaves alone", () => {
  for (const mto of [noMto, { ...noMto, exclude: 0.5 }]) {
    checkMtoSchedule(mto);
    for (const schedule of ["rising", "falling"] as const) {
      assert.throws(() => checkMtoSchedule({ ...mto, schedule }), {
        name: "RangeError",
        message: new RegExp(`^Weights of 0 cannot be ${schedule}: set mto\\.schedule to constant, or `),
      });
      assert.equal(mtoTerms({ ...mto, schedule }, 2) === undefined, mto.exclude === 0);
      checkMtoSchedule({ ...threeTerms, schedule });
    }
  }
});

Deno.test("the weights of masked token optimization can rise or fall over the run", async () => {
  const { withMto, batch } = hosts.simmim!;
  const first = await batch();
  const addedAt = (schedule: MtoConfig["schedule"], progress: number) => {
    const lossOf = (mto: MtoConfig) => numberOf(withMto(mto).step(first, { step: 0, progress }).loss);
    return lossOf({ ...threeTerms, schedule }) - lossOf(noMto);
  };
  const whole = addedAt("constant", 0.25);
  assert.ok(Math.abs(addedAt("rising", 0.25) - 0.25 * whole) < 1e-6, `${whole}`); // float32
  assert.ok(Math.abs(addedAt("falling", 0.25) - 0.75 * whole) < 1e-6);
});

Deno.test("with all masked tokens excluded, visible tokens do not care for the mask token, and otherwise they do", () => {
  const terms = (exclude: number) => mtoTerms({ ...noMto, exclude }, 2);
  const encoder = beitEncoder(simmimMethod.presets.tiny!, images);
  for (const [i, [name, parameter]] of Object.entries(encoder.parameters).entries()) { // larger than they start
    if (!/norm/.test(name)) parameter.assign(tf.randomNormal(parameter.shape, 0, 0.5, "float32", i + 1));
  }
  const input: Tensor4D = tf.randomNormal([1, 28, 28, 1], 0, 1, "float32", 1);
  const mask = tf.tensor2d([Array.from({ length: 16 }, (_, patch) => patch % 3 === 0 ? 1 : 0)]);
  const visible = tf.tensor1d([
    0,
    ...[...Array(16).keys()].filter((patch) => patch % 3 !== 0).map((p) => p + 1),
  ], "int32");
  const tokensWith = (exclude: number, sign: number) => {
    const token = encoder.parameters.mask_token!;
    token.assign(tf.mul(token, sign));
    const { scoreBias } = terms(exclude) ?? {};
    const { tokens } = encoder.forwardStages(input, {
      mask,
      scoreBias: scoreBias && ((scores) => scoreBias(scores, mask)),
    });
    token.assign(tf.mul(token, sign));
    return tf.gather(tokens, visible, 1);
  };
  const change = (exclude: number) =>
    tf.max(tf.abs(tf.sub(tokensWith(exclude, -1), tokensWith(exclude, 1)))).dataSync()[0]!;
  assert.equal(change(1), 0);
  assert.ok(change(0) > 0.01);
  assert.ok(change(0.5) > 0.01);
});
