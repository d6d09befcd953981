import { nearestName } from "@lacuna/tensor/nearest-name";
import * as v from "valibot";
import { ConfigError } from "./errors.ts";
import {
  configParser,
  count,
  imageField,
  jitterFields,
  ratio,
  runFields,
  share,
  transformerFields,
} from "./_method_fields.ts";

/** What the training loop must know of any run. */
export type RunConfig = {
  /** Addresses every random number of the run, 0…2³² − 1. */
  readonly seed: number;
  readonly optimizer: {
    /** Peak learning rate per 256 images: the rate used is `learningRate` · `batchSize` / 256. */
    readonly learningRate: number;
    /** What the rate falls to at the most, per 256 images likewise; at most `learningRate`. */
    readonly minLearningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    /** Norm of all gradients together to which a longer one is brought, and which is logged as it was; 0 leaves every one as it is. */
    readonly clipNorm: number;
  };
  readonly schedule: {
    /** Length of the run in passes over the images; a part of a pass is allowed. */
    readonly epochs: number;
    /** Epochs in which the learning rate rises from 0; fewer than `epochs`. */
    readonly warmupEpochs: number;
    /** How the rate falls after that: along half a "cosine", or in one "step" to a tenth after seven eighths of the run, as SimMIM's does. */
    readonly decay: "cosine" | "step";
    /** Images B per step, at least 2; those that fill no batch at an epoch's end wait for the next order. */
    readonly batchSize: number;
    /** First momentum m₀ of the teacher; it rises to 1. */
    readonly momentum: number;
  };
  readonly log: {
    /** Steps between two measures of the teacher's outputs. */
    readonly measureEvery: number;
    /** Steps between two checkpoints. */
    readonly checkpointEvery: number;
  };
};

/** Everything that decides the numbers of an ExtreMA run, apart from the images and the device. */
export type ExtremaConfig = RunConfig & {
  readonly image: {
    /** Height and width to which encoded images of any size are brought; decoded ones keep their own. */
    readonly size: number;
  };
  readonly augment: {
    /** Smallest share of the image's area that a crop covers, in (0, 1]. */
    readonly minScale: number;
    /** Largest change of brightness and of contrast, as a share, in [0, 1); drawn for each branch on its own. */
    readonly jitter: number;
    /** Share of the views whose colours are changed at all, in [0, 1]. */
    readonly jitterProbability: number;
    /** Share of the images that are mirrored, in [0, 1]. */
    readonly flipProbability: number;
    /** Whether both branches see one crop, mirrored or not, or each one of its own. */
    readonly crops: "shared" | "separate";
  };
  readonly encoder: {
    /** Side of a patch in pixels; it divides the image's height and width. */
    readonly patchSize: number;
    /** Width D of a token: a multiple of 4 (the position table) and of `numHeads`. */
    readonly dim: number;
    /** Self-attention blocks. */
    readonly depth: number;
    readonly numHeads: number;
    /** Hidden width of a feed-forward part, in units of `dim`. */
    readonly mlpRatio: number;
    /** Class-attention blocks. */
    readonly numClassBlocks: number;
    /** First value of the class-attention blocks' LayerScale. */
    readonly layerScaleInit: number;
    /** The student's rate of stochastic depth in the last block, in [0, 1); it grows linearly from 0. */
    readonly dropPathRate: number;
  };
  readonly heads: {
    readonly hiddenDim: number;
    /** Width P of what student and teacher say. */
    readonly outDim: number;
    /** Norm of the hidden layers: "layer" as published, "batch" as in BYOL and MoCo-v3. */
    readonly norm: "layer" | "batch";
    /** Without the predictor the teacher collapses to a constant (BYOL, arXiv:2006.07733, §5). */
    readonly usePredictor: boolean;
  };
  readonly masks: {
    /** "disjoint": no two masks of an image keep the same patch. */
    readonly kind: "disjoint" | "independent";
    /** Share of patches that each mask hides, in (0, 1). */
    readonly ratio: number;
    /** K, masks per image and step. */
    readonly numMasks: number;
  };
  readonly target: {
    /**
     * Whose words of the whole image are predicted: the "teacher"'s; the "student"'s own, as constants; or "differentiated", the student's own with
     * gradients through them. The last two are controls, which collapse (BYOL, arXiv:2006.07733, §5); what represents images is the moving
     * average with them too.
     */
    readonly source: "teacher" | "student" | "differentiated";
  };
};

const schema: v.GenericSchema<unknown, ExtremaConfig> = v.strictObject({
  ...runFields,
  image: imageField,
  augment: v.strictObject({
    ...jitterFields,
    crops: v.optional(v.picklist(["shared", "separate"]), "shared"), // runs from before it had no other
  }),
  encoder: v.strictObject({
    ...transformerFields,
    numClassBlocks: count,
    layerScaleInit: v.pipe(v.number(), v.finite()),
    dropPathRate: share,
  }),
  heads: v.strictObject({
    hiddenDim: count,
    outDim: count,
    norm: v.picklist(["layer", "batch"]),
    usePredictor: v.boolean(),
  }),
  masks: v.strictObject({
    kind: v.picklist(["disjoint", "independent"]),
    ratio,
    numMasks: count,
  }),
  target: v.optional(
    v.strictObject({ source: v.picklist(["teacher", "student", "differentiated"]) }),
    { source: "teacher" },
  ),
});

/**
 * A value read from a file or put together by hand, checked field by field.
 * @param value What should be a whole config of ExtreMA.
 * @throws {ConfigError} Naming every field that is missing, unknown, of another type or out of range.
 */
export const parseConfig: (value: unknown) => ExtremaConfig = configParser(schema);

/**
 * A config with some fields replaced, as `--set` on the command line does.
 * @param config The config to start from; it stays as it is.
 * @param settings Each `key=value`, the key dotted: `encoder.dim=96`, `heads.norm=layer`, `heads.usePredictor=false`.
 * @param parse Checks the result; ExtreMA's if left out.
 * @throws {ConfigError} If a key is unknown (naming the nearest) or a value does not fit its field.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { overrideConfig } from "@lacuna/pipelines/config";
 * import { preset } from "@lacuna/pipelines/presets";
 * const config = overrideConfig(preset("demo"), ["encoder.depth=4", "heads.norm=layer"]);
 * assert.equal(config.encoder.depth, 4);
 * assert.throws(() => overrideConfig(config, ["encoder.deph=4"]), /did you mean encoder\.depth/);
 * ```
 */
export function overrideConfig<Config extends RunConfig = ExtremaConfig>(
  config: Config,
  settings: readonly string[],
  parse: (value: unknown) => Config = parseConfig as unknown as (value: unknown) => Config,
): Config {
  const fields = flattenConfig(config);
  for (const setting of settings) {
    const [key = "", text] = setting.split(/=(.*)/s);
    if (text === undefined) {
      throw new ConfigError(`--set ${setting} has no value: write key=value, as in encoder.dim=96`);
    }
    if (!Object.hasOwn(fields, key)) {
      const near = nearestName(key, Object.keys(fields));
      throw new ConfigError(
        `The config has no field ${key}: ${
          near ? `did you mean ${near}?` : `it has ${Object.keys(fields).join(", ")}`
        }`,
      );
    }
    fields[key] = parseValue(key, text, fields[key]!);
  }
  return parse(nest(fields));
}

/** A config's fields by dotted key, in the order of the type. */
export function flattenConfig(config: RunConfig): Record<string, string | number | boolean> {
  const fields: Record<string, string | number | boolean> = {};
  for (const [group, value] of Object.entries(config)) {
    if (typeof value === "object") {
      for (const [field, inner] of Object.entries(value)) fields[`${group}.${field}`] = inner;
    } else fields[group] = value;
  }
  return fields;
}

/** The text of a `--set` in the type that the field has now. */
function parseValue(
  key: string,
  text: string,
  current: string | number | boolean,
): string | number | boolean {
  if (typeof current === "string") return text;
  if (typeof current === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new ConfigError(`${key} is ${current} and cannot be "${text}": write true or false`);
  }
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) {
    throw new ConfigError(`${key} is ${current} and cannot be "${text}": write a number`);
  }
  return value;
}

/** The inverse of {@linkcode flattenConfig}. */
function nest(fields: Record<string, string | number | boolean>): unknown {
  const config: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(fields)) {
    const [group, field] = key.split(".") as [string, string?];
    if (field === undefined) config[group] = value;
    else (groups[group] ??= {})[field] = value;
  }
  return { ...config, ...groups };
}
