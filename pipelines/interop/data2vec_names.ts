/**
 * Tensors of BEiT's family under the names of its authors and of Hugging Face (`Data2VecVisionModel`).
 * @module
 */
import type { NamedArrays } from "../named_arrays.ts";
import { fromTheirs, type NameTable, toTheirs } from "./_name_table.ts";
import { beitBlock, encoderNames } from "./_transformer_names.ts";

const table = "relative_position_bias.relative_position_bias_table";
const names: NameTable = {
  ...encoderNames(beitBlock),
  mask_token: ["embeddings.mask_token"],
  "rel_pos_bias.relative_position_bias_table": [`encoder.${table}`],
};

/**
 * Official names of an encoder of BEiT's family → those of `Data2VecVisionModel`, which has three maps in the place of `attn.qkv`; shapes and
 * numbers stay otherwise.
 * @param tensors In the official layout, such as `toOfficial()` gives, without the head, which has no place there.
 * @throws {CheckpointError} Naming every tensor that the encoder does not have.
 */
export function data2vecToHuggingFace(tensors: NamedArrays): NamedArrays {
  return toTheirs(tensors, names, "The encoder of BEiT's family");
}

/**
 * The way back, with or without the `data2vec_vision.` that models with a head put before each name.
 * @throws {CheckpointError} Naming every tensor that `Data2VecVisionModel` with one relative bias for all blocks does not have, or of which it
 * has a part: a classifier, the norm of mean pooling, biases of each block.
 */
export function data2vecFromHuggingFace(tensors: NamedArrays): NamedArrays {
  const renamed = Object.entries(tensors).map(([name, array]) => [
    name.replace(/^data2vec_vision\./, ""),
    array,
  ]);
  return fromTheirs(
    Object.fromEntries(renamed),
    names,
    "Hugging Face's Data2VecVisionModel with a shared relative bias",
  );
}
