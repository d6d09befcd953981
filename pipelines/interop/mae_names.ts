/**
 * MAE's tensors under the names of its authors (facebookresearch/mae) and of Hugging Face (`ViTMAEForPreTraining`).
 * @module
 */
import type { NamedArrays } from "../named_arrays.ts";
import { fromTheirs, type NameTable, tableUnder, toTheirs, weightAndBias } from "./_name_table.ts";
import { encoderNames, plainBlock } from "./_transformer_names.ts";

const names: NameTable = {
  ...tableUnder("", "vit.", encoderNames(plainBlock)),
  mask_token: ["decoder.mask_token"],
  decoder_pos_embed: ["decoder.decoder_pos_embed"],
  ...weightAndBias({
    decoder_embed: ["decoder.decoder_embed"],
    decoder_norm: ["decoder.decoder_norm"],
    decoder_pred: ["decoder.decoder_pred"],
  }),
  ...tableUnder("decoder_blocks.{i}.", "decoder.decoder_layers.{i}.", plainBlock),
};

/**
 * Official names → those of `ViTMAEForPreTraining`, which has three maps in the place of `attn.qkv`; shapes and numbers stay otherwise. Of an
 * encoder alone too.
 * @param tensors In the official layout, such as `toOfficial()` gives.
 * @throws {CheckpointError} Naming every tensor that MAE does not have.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { maeFromHuggingFace, maeToHuggingFace } from "@lacuna/pipelines/interop";
 * const official = { "blocks.0.attn.qkv.bias": { shape: [6], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
 * const theirs = maeToHuggingFace(official);
 * assert.deepEqual(theirs["vit.encoder.layer.0.attention.attention.key.bias"]!.data, Float32Array.of(3, 4));
 * assert.deepEqual(maeFromHuggingFace(theirs), official);
 * ```
 */
export function maeToHuggingFace(tensors: NamedArrays): NamedArrays {
  return toTheirs(tensors, names, "MAE");
}

/**
 * The way back, from `ViTMAEForPreTraining` or from `ViTMAEModel`, the encoder alone, whose names have no `vit.` before them.
 * @throws {CheckpointError} Naming every tensor that `ViTMAEForPreTraining` does not have, or of which it has a part.
 */
export function maeFromHuggingFace(tensors: NamedArrays): NamedArrays {
  const prefix = Object.keys(tensors).some((name) => name.startsWith("vit.")) ? "" : "vit.";
  const renamed = Object.entries(tensors).map(([name, array]) => [
    prefix + name.replace("decoder.decoder_encoder.layer.", "decoder.decoder_layers."), // as transformers 5 writes them
    array,
  ]);
  return fromTheirs(Object.fromEntries(renamed), names, "Hugging Face's ViTMAEForPreTraining");
}
