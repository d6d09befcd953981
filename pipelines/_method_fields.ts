/**
 * Fields that the configs of several methods share, with the bounds of their values.
 * @module
 */
import * as v from "valibot";
import type { BeitSizes } from "./beit_host.ts";
import type { RunConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import type { MtoConfig } from "./mask_token_terms.ts";
import type {
  BlockConfig,
  CropConfig,
  DecoderSizes,
  JitterCropConfig,
  TransformerSizes,
} from "./method_config.ts";
import type { MomentumRise } from "./rising_momentum.ts";

type Field<T> = v.GenericSchema<unknown, T>;

/** A whole number of at least 1. */
export const count: Field<number> = v.pipe(v.number(), v.integer(), v.minValue(1));
/** Above 0. */
export const positive: Field<number> = v.pipe(v.number(), v.finite(), v.gtValue(0));
/** 0 or above. */
export const notNegative: Field<number> = v.pipe(v.number(), v.finite(), v.minValue(0));
/** In [0, 1). */
export const share: Field<number> = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
/** In (0, 1). */
export const ratio: Field<number> = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));
/** In [0, 1]. */
export const probability: Field<number> = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** In (0, 1]. */
export const scale: Field<number> = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));

/** The fields of {@linkcode RunConfig}. */
export const runFields: { readonly [K in keyof RunConfig]: Field<RunConfig[K]> } = {
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  optimizer: v.pipe(
    v.strictObject({
      learningRate: positive,
      minLearningRate: v.optional(notNegative, 0), // runs from before it and its like had these
      beta1: share,
      beta2: share,
      epsilon: positive,
      weightDecay: notNegative,
      clipNorm: v.optional(notNegative, 0),
    }),
    v.check(
      ({ learningRate, minLearningRate }) => minLearningRate <= learningRate,
      ({ input: { learningRate, minLearningRate } }) =>
        `a minLearningRate of ${minLearningRate} is above the learningRate of ${learningRate}: lower it too`,
    ),
  ),
  schedule: v.pipe(
    v.strictObject({
      epochs: positive,
      warmupEpochs: notNegative,
      decay: v.optional(v.picklist(["cosine", "step"]), "cosine"),
      batchSize: v.pipe(v.number(), v.integer(), v.minValue(2)), // one output has no other to be compared with
      momentum: probability,
    }),
    v.check(({ epochs, warmupEpochs }) => warmupEpochs < epochs, "warmupEpochs must be less than epochs"),
  ),
  log: v.strictObject({ measureEvery: count, checkpointEvery: count }),
};

/** `image`. */
export const imageField: Field<{ readonly size: number }> = v.strictObject({ size: count });
/** `augment` of methods that see one crop. */
export const cropField: Field<CropConfig> = v.strictObject({ minScale: scale, flipProbability: probability });
/** `augment` of methods that change colours too, to be spread. */
export const jitterFields: { readonly [K in keyof JitterCropConfig]: Field<JitterCropConfig[K]> } = {
  minScale: scale,
  jitter: share,
  jitterProbability: probability,
  flipProbability: probability,
};
/** `masks` in blocks. */
export const blockField: Field<BlockConfig> = v.strictObject({ numMasked: count, minArea: count });
/** `teacher` of data2vec. */
export const momentumRiseField: Field<MomentumRise> = v.strictObject({
  momentumRise: probability,
  lastMomentum: probability,
});
/** `encoder` of plain transformers, to be spread. */
export const transformerFields: { readonly [K in keyof TransformerSizes]: Field<TransformerSizes[K]> } = {
  patchSize: count,
  dim: count,
  depth: count,
  numHeads: count,
  mlpRatio: positive,
};
/** `encoder` of BEiT's family, to be spread. */
export const beitFields: { readonly [K in keyof BeitSizes]: Field<BeitSizes[K]> } = {
  ...transformerFields,
  layerScaleInit: notNegative,
  positions: v.optional(v.picklist(["relative", "sine-cosine", "both"]), "relative"), // runs from before them had these
  initStd: v.optional(positive, 0.02),
  dropPathRate: share,
};
/** `decoder`. */
export const decoderField: Field<DecoderSizes> = v.strictObject({
  dim: count,
  depth: count,
  numHeads: count,
});
/** `mto`. */
export const mtoField: Field<MtoConfig> = v.strictObject({
  affinity: v.picklist(["scaledDot", "dot", "lnScaled", "cosine", "attention"]),
  entropyWeight: v.pipe(v.number(), v.finite()),
  entropyStages: v.optional(count, 1), // runs from before it and its like had these
  rankWeight: notNegative,
  rankMargin: notNegative,
  rankPer: v.optional(v.picklist(["image", "batch"]), "image"),
  rankDetached: v.optional(v.boolean(), false),
  recalibrationWeight: notNegative,
  recalibration: v.picklist(["mass", "entropy", "affinity"]),
  recalibrationBlocks: v.optional(v.picklist(["all", "early", "late"]), "all"),
  exclude: probability,
  schedule: v.optional(v.picklist(["constant", "rising", "falling"]), "constant"),
});

/**
 * A checker of configs.
 * @param schema Of all its fields.
 * @returns A function that gives the config, or throws a `ConfigError` that names every field that is missing, unknown, of another type or out of
 * range.
 */
export function configParser<Config>(schema: v.GenericSchema<unknown, Config>): (value: unknown) => Config {
  return (value) => {
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "the config"}: ${issue.message}`);
    throw new ConfigError(`This config cannot be run: ${problems.join("; ")}`);
  };
}
