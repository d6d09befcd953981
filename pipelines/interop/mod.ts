/**
 * Checkpoints of others: the names of MAE's and BEiT's authors, those of Hugging Face, and PyTorch's layout, read into our models and written
 * from them.
 *
 * @example An encoder and a decoder, written for `ViTMAEForPreTraining.from_pretrained()` and read again
 * ```ts
 * import assert from "node:assert/strict";
 * import { MaeDecoder, PatchTransformer, under } from "@lacuna/encoders";
 * import { openHuggingFace, parameterArrays, writeHuggingFace } from "@lacuna/pipelines/interop";
 * import { stream } from "@lacuna/random";
 * import { useDevice } from "@lacuna/tensor";
 *
 * await useDevice("cpu");
 * const prng = stream({ seed: 0, name: "init" });
 * const sizes = {
 *   encoder: {
 *     imageHeight: 16, imageWidth: 16, channels: 3, patchSize: 8, dim: 8, depth: 1, numHeads: 2, mlpRatio: 2,
 *     dropPathRate: 0, family: "vit", layerScaleInit: 0, maskToken: false,
 *   },
 *   decoder: { encoderDim: 8, gridHeight: 2, gridWidth: 2, dim: 4, depth: 1, numHeads: 2, mlpRatio: 2, outDim: 192 },
 *   pretraining: { maskRatio: 0.75, normalizePatches: true },
 * } as const;
 * const encoder = new PatchTransformer(sizes.encoder, prng), decoder = new MaeDecoder(sizes.decoder, prng);
 * const folder = await Deno.makeTempDir();
 * writeHuggingFace(folder, sizes, await parameterArrays({ ...encoder.parameters, ...under("decoder", decoder) }));
 * const opened = openHuggingFace(folder);
 * const name = "blocks.0.attn.qkv.weight";
 * assert.deepEqual(opened.encoder.parameters[name]!.dataSync(), encoder.parameters[name]!.dataSync());
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { data2vecFromHuggingFace, data2vecToHuggingFace } from "./data2vec_names.ts";
export { fromHuggingFaceConfig, type HuggingFaceConfig, toHuggingFaceConfig } from "./hugging_face_config.ts";
export { type OpenedModel, openHuggingFace, writeHuggingFace } from "./hugging_face_folder.ts";
export { loadParameters, type LoadReport } from "./load_parameters.ts";
export { maeFromHuggingFace, maeToHuggingFace } from "./mae_names.ts";
export type { ModelSizes } from "./model_sizes.ts";
export type { NamedArrays } from "../named_arrays.ts";
export { fromOfficial, toOfficial } from "./official_layout.ts";
export { parameterArrays } from "../parameter_arrays.ts";
