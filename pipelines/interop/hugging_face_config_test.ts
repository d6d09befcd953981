import assert from "node:assert/strict";
import { fromHuggingFaceConfig, toHuggingFaceConfig } from "./hugging_face_config.ts";
import type { ModelSizes } from "./model_sizes.ts";

const vit = {
  imageHeight: 28,
  imageWidth: 28,
  channels: 1,
  patchSize: 4,
  dim: 64,
  depth: 4,
  numHeads: 4,
  mlpRatio: 4,
  dropPathRate: 0,
  family: "vit",
  layerScaleInit: 0,
  maskToken: false,
} as const;
const decoder = {
  encoderDim: 64,
  gridHeight: 7,
  gridWidth: 7,
  dim: 48,
  depth: 2,
  numHeads: 4,
  mlpRatio: 4,
  outDim: 16,
};
const mae: ModelSizes = { encoder: vit, decoder, pretraining: { maskRatio: 0.75, normalizePatches: true } };
const beit = {
  ...vit,
  family: "beit",
  layerScaleInit: 0.1,
  dropPathRate: 0.1,
  maskToken: true,
  positions: "both",
} as const;

Deno.test("sizes in config.json and back are the same, the epsilon of norms said aloud", () => {
  const normEpsilon = 1e-6; // of our norms and of the official models
  assert.deepEqual(fromHuggingFaceConfig(toHuggingFaceConfig(mae)), {
    ...mae,
    encoder: { ...vit, normEpsilon },
    decoder: { ...decoder, normEpsilon },
  });
  for (const positions of ["relative", "sine-cosine", "both"] as const) {
    const encoder = { ...beit, positions };
    assert.deepEqual(fromHuggingFaceConfig(toHuggingFaceConfig({ encoder })), {
      encoder: { ...encoder, normEpsilon },
    });
  }
});

Deno.test("an image_size of two numbers is read where they are alike", () => { // transformers gives others other outputs than ours
  for (const config of [mae, { encoder: beit }].map(toHuggingFaceConfig)) {
    assert.deepEqual(
      fromHuggingFaceConfig({ ...config, image_size: [28, 28] }),
      fromHuggingFaceConfig(config),
    );
    assert.throws(() => fromHuggingFaceConfig({ ...config, image_size: [28, 32] }), {
      name: "ConfigError",
      message: "This config.json cannot be read: image_size: only square images can be read (it is [28,32])",
    });
  }
});

Deno.test("widths of hidden layers go through mlpRatio whole, where the quotient is rounded", () => {
  for (const [dim, hidden] of [[448, 1856], [704, 960]] as const) {
    assert.notEqual(hidden / dim * dim, hidden);
    const said = { hidden_size: dim, intermediate_size: hidden };
    const theirs = { decoder_hidden_size: dim, decoder_intermediate_size: hidden };
    const config = toHuggingFaceConfig(
      fromHuggingFaceConfig({ model_type: "vit_mae", ...said, ...theirs }),
    );
    assert.deepEqual([config["intermediate_size"], config["decoder_intermediate_size"]], [hidden, hidden]);
  }
});

Deno.test("config.json names classes, epsilon and target as Hugging Face does", () => {
  const { architectures, model_type, layer_norm_eps, norm_pix_loss, intermediate_size } = toHuggingFaceConfig(
    mae,
  );
  assert.deepEqual(
    [architectures, model_type, layer_norm_eps, norm_pix_loss, intermediate_size],
    [["ViTMAEForPreTraining"], "vit_mae", 1e-6, true, 256],
  );
  assert.deepEqual(toHuggingFaceConfig({ encoder: vit }).architectures, ["ViTMAEModel"]);
  assert.deepEqual(toHuggingFaceConfig({ encoder: beit }).architectures, ["Data2VecVisionModel"]);
});

Deno.test("a field that is not there has Hugging Face's value: epsilon 1e-12, pixels as they are", () => { // ViTMAEConfig()
  const { encoder, decoder, pretraining } = fromHuggingFaceConfig({ model_type: "vit_mae" });
  assert.deepEqual(
    [encoder.dim, encoder.depth, encoder.numHeads, encoder.mlpRatio, encoder.imageHeight, encoder.patchSize],
    [768, 12, 12, 4, 224, 16],
  );
  assert.deepEqual(
    [decoder!.dim, decoder!.depth, decoder!.numHeads, decoder!.mlpRatio, decoder!.outDim, decoder!.gridWidth],
    [512, 8, 16, 4, 768, 14],
  );
  assert.deepEqual([encoder.normEpsilon, decoder!.normEpsilon], [1e-12, 1e-12]);
  assert.deepEqual(pretraining, { maskRatio: 0.75, normalizePatches: false });
});

Deno.test("models that our encoder is not are refused, field by field", () => {
  const refused = (config: Record<string, unknown>, message: RegExp) =>
    assert.throws(() => fromHuggingFaceConfig(config), { name: "ConfigError", message });
  refused({ model_type: "bert" }, /model_type: .*"bert"/);
  refused(
    { model_type: "vit_mae", hidden_act: "gelu_new", qkv_bias: false, layer_norm_eps: 0 },
    /hidden_act: only gelu can be read \(it is "gelu_new"\); layer_norm_eps: .*; qkv_bias: only true can be read/,
  );
  const data2vec = { model_type: "data2vec-vision", use_mean_pooling: false };
  refused(
    { ...data2vec, use_relative_position_bias: true },
    /use_relative_position_bias: only false can be read/,
  );
  refused({ model_type: "data2vec-vision" }, /use_mean_pooling: only false can be read/); // true is the default there
  refused(data2vec, /patches have no positions$/);
});

Deno.test("sizes that have no config.json are refused", () => {
  for (const family of [vit, beit]) {
    assert.throws(() => toHuggingFaceConfig({ encoder: { ...family, imageWidth: 32 } }), {
      name: "ConfigError",
      message: "Hugging Face's models have square images, not 28×32",
    });
  }
  assert.throws(() => toHuggingFaceConfig({ encoder: { ...vit, maskToken: true } }), {
    name: "ConfigError",
    message: "Hugging Face's MAE has no mask token in its encoder: build it without one",
  });
  assert.throws(() => toHuggingFaceConfig({ ...mae, decoder: { ...decoder, normEpsilon: 1e-5 } }), {
    name: "ConfigError",
    message: /one layer_norm_eps, not 0\.000001 in the encoder and 0\.00001 in the decoder$/,
  });
});
