/**
 * A model's sizes as the `config.json` of Hugging Face's `ViTMAEForPreTraining`, `ViTMAEModel` and `Data2VecVisionModel` has them.
 * @module
 */
import { hiddenDim, type PatchTransformerConfig } from "@lacuna/encoders";
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import type { ModelSizes } from "./model_sizes.ts";

/** Values by the names of its fields. */
export type HuggingFaceConfig = Readonly<Record<string, unknown>>;

const EPSILON = 1e-6; // of our norms and of the official models, where no other is given
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const positive = v.pipe(v.number(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const only = <T extends string | boolean>(value: T) =>
  v.literal(value, `only ${value} can be read`) as v.GenericSchema<unknown, T>;

/** Fields that both families have, with the values that an absent one has there. */
const transformer = {
  hidden_size: v.optional(count, 768),
  num_hidden_layers: v.optional(count, 12),
  num_attention_heads: v.optional(count, 12),
  intermediate_size: v.optional(count, 3072),
  hidden_act: v.optional(only("gelu"), "gelu"),
  layer_norm_eps: v.optional(positive, 1e-12),
  image_size: v.optional(v.union([count, v.tuple([count, count])]), 224),
  patch_size: v.optional(count, 16),
  num_channels: v.optional(count, 3),
};
const mae = v.object({
  ...transformer,
  model_type: v.literal("vit_mae"),
  qkv_bias: v.optional(only(true), true),
  decoder_hidden_size: v.optional(count, 512),
  decoder_num_hidden_layers: v.optional(count, 8),
  decoder_num_attention_heads: v.optional(count, 16),
  decoder_intermediate_size: v.optional(count, 2048),
  mask_ratio: v.optional(share, 0.75),
  norm_pix_loss: v.optional(v.boolean(), false),
});
const data2vec = v.object({
  ...transformer,
  model_type: v.literal("data2vec-vision"),
  layer_scale_init_value: v.optional(v.number(), 0.1),
  drop_path_rate: v.optional(share, 0.1),
  use_mask_token: v.optional(v.boolean(), false),
  use_absolute_position_embeddings: v.optional(v.boolean(), false),
  use_shared_relative_position_bias: v.optional(v.boolean(), false),
  use_relative_position_bias: v.optional(only(false), false), // one for each block
  use_mean_pooling: v.optional(only(false), true), // such a model has no last norm
});
const anyModel = v.variant("model_type", [mae, data2vec]);

/**
 * The `config.json` of a model: `vit_mae` of family "vit", `data2vec-vision` of family "beit". `layer_norm_eps` is that of our norms, 1e-6 as in
 * the official models unless `normEpsilon` says otherwise, where Hugging Face would take 1e-12. Images are square: of others transformers cannot lay out
 * absolute positions, and changes relative ones, whose table it takes for [w, h] and resizes to [h, w].
 * @throws {ConfigError} If images are not square, a "vit" has a mask token, or encoder and decoder differ in the `normEpsilon` of their norms: it has no field for that.
 * @throws {RangeError} If `mlpRatio` times a width is no whole number.
 */
export function toHuggingFaceConfig({ encoder, decoder, pretraining }: ModelSizes): HuggingFaceConfig {
  const { imageHeight, imageWidth, normEpsilon = EPSILON, dim } = encoder;
  if (imageHeight !== imageWidth) {
    throw new ConfigError(`Hugging Face's models have square images, not ${imageHeight}×${imageWidth}`);
  }
  if (encoder.family === "vit" && encoder.maskToken) {
    throw new ConfigError("Hugging Face's MAE has no mask token in its encoder: build it without one");
  }
  if (decoder && (decoder.normEpsilon ?? EPSILON) !== normEpsilon) {
    throw new ConfigError(
      `Hugging Face's models have one layer_norm_eps, not ${normEpsilon} in the encoder and ${
        decoder.normEpsilon ?? EPSILON
      } in the decoder`,
    );
  }
  const shared = {
    hidden_size: dim,
    num_hidden_layers: encoder.depth,
    num_attention_heads: encoder.numHeads,
    intermediate_size: hiddenDim(dim, encoder.mlpRatio),
    hidden_act: "gelu",
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    initializer_range: encoder.initStd ?? 0.02,
    layer_norm_eps: normEpsilon,
    image_size: imageHeight,
    patch_size: encoder.patchSize,
    num_channels: encoder.channels,
    dtype: "float32",
  };
  if (encoder.family === "vit") {
    return {
      architectures: [decoder ? "ViTMAEForPreTraining" : "ViTMAEModel"],
      model_type: "vit_mae",
      ...shared,
      qkv_bias: true,
      ...(decoder && {
        decoder_hidden_size: decoder.dim,
        decoder_num_hidden_layers: decoder.depth,
        decoder_num_attention_heads: decoder.numHeads,
        decoder_intermediate_size: hiddenDim(decoder.dim, decoder.mlpRatio),
      }),
      ...(pretraining && {
        mask_ratio: pretraining.maskRatio,
        norm_pix_loss: pretraining.normalizePatches,
      }),
    };
  }
  const { positions = "relative" } = encoder;
  return {
    architectures: ["Data2VecVisionModel"],
    model_type: "data2vec-vision",
    ...shared,
    layer_scale_init_value: encoder.layerScaleInit,
    drop_path_rate: encoder.dropPathRate,
    use_mask_token: encoder.maskToken,
    use_absolute_position_embeddings: positions !== "relative",
    use_shared_relative_position_bias: positions !== "sine-cosine",
    use_relative_position_bias: false,
    use_mean_pooling: false,
    use_auxiliary_head: false,
  };
}

/**
 * The sizes that a `config.json` tells; a field that is not there has the value that Hugging Face gives it, such as 1e-12 for `layer_norm_eps`.
 * Of `vit_mae` there is a decoder, which the file of a `ViTMAEModel` lacks.
 * @param config What the file says.
 * @throws {ConfigError} Naming every field that cannot be read, such as the per-block relative bias or the mean pooling of fine-tuned models.
 */
export function fromHuggingFaceConfig(config: HuggingFaceConfig): ModelSizes {
  const result = v.safeParse(anyModel, config);
  if (!result.success) {
    const problems = result.issues.map((issue) =>
      `${v.getDotPath(issue) ?? "the whole"}: ${issue.message} (it is ${JSON.stringify(issue.input)})`
    );
    throw new ConfigError(`This config.json cannot be read: ${problems.join("; ")}`);
  }
  const said = result.output;
  const [imageHeight, imageWidth] = typeof said.image_size === "number"
    ? [said.image_size, said.image_size]
    : said.image_size;
  if (imageHeight !== imageWidth) {
    throw new ConfigError(
      `This config.json cannot be read: image_size: only square images can be read (it is [${said.image_size}])`,
    );
  }
  const shared = {
    imageHeight,
    imageWidth,
    channels: said.num_channels,
    patchSize: said.patch_size,
    dim: said.hidden_size,
    depth: said.num_hidden_layers,
    numHeads: said.num_attention_heads,
    mlpRatio: said.intermediate_size / said.hidden_size,
    normEpsilon: said.layer_norm_eps,
  };
  return said.model_type === "vit_mae"
    ? maeSizes(said, shared)
    : { encoder: { ...shared, ...data2vecFields(said) } };
}

type Shared = Omit<PatchTransformerConfig, "family" | "layerScaleInit" | "maskToken" | "dropPathRate">;

function maeSizes(said: v.InferOutput<typeof mae>, shared: Shared): ModelSizes {
  const { patchSize, normEpsilon, channels } = shared;
  return {
    encoder: { ...shared, family: "vit", layerScaleInit: 0, maskToken: false, dropPathRate: 0 },
    decoder: {
      encoderDim: shared.dim,
      gridHeight: shared.imageHeight / patchSize,
      gridWidth: shared.imageWidth / patchSize,
      dim: said.decoder_hidden_size,
      depth: said.decoder_num_hidden_layers,
      numHeads: said.decoder_num_attention_heads,
      mlpRatio: said.decoder_intermediate_size / said.decoder_hidden_size,
      outDim: patchSize ** 2 * channels,
      normEpsilon,
    },
    pretraining: { maskRatio: said.mask_ratio, normalizePatches: said.norm_pix_loss },
  };
}

function data2vecFields(said: v.InferOutput<typeof data2vec>) {
  const { use_absolute_position_embeddings: absolute, use_shared_relative_position_bias: relative } = said;
  if (!absolute && !relative) {
    throw new ConfigError(
      "This config.json cannot be read: without use_absolute_position_embeddings and " +
        "use_shared_relative_position_bias patches have no positions",
    );
  }
  return {
    family: "beit",
    layerScaleInit: Math.max(0, said.layer_scale_init_value),
    maskToken: said.use_mask_token,
    dropPathRate: said.drop_path_rate,
    positions: absolute ? relative ? "both" : "sine-cosine" : "relative",
  } as const;
}
