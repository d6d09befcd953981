/**
 * Folders as `save_pretrained()` writes and `from_pretrained()` reads them: `config.json` and `model.safetensors`.
 * @module
 */
import { writeAtomically } from "@lacuna/data";
import { MaeDecoder, PatchTransformer, under } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import { makeFolder } from "../_make_folder.ts";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { data2vecFromHuggingFace, data2vecToHuggingFace } from "./data2vec_names.ts";
import { fromHuggingFaceConfig, toHuggingFaceConfig } from "./hugging_face_config.ts";
import { loadParameters } from "./load_parameters.ts";
import { maeFromHuggingFace, maeToHuggingFace } from "./mae_names.ts";
import type { ModelSizes } from "./model_sizes.ts";
import type { NamedArrays } from "../named_arrays.ts";
import { fromOfficial, toOfficial } from "./official_layout.ts";

/** A model with the numbers of a folder. */
export type OpenedModel = {
  readonly sizes: ModelSizes;
  readonly encoder: PatchTransformer;
  /** MAE's; `undefined` where the file holds an encoder alone, as those of `ViTMAEModel` do. */
  readonly decoder: MaeDecoder | undefined;
};

/**
 * Writes `config.json` and `model.safetensors` for `ViTMAEForPreTraining`, for `ViTMAEModel` where there is no decoder, or, of family "beit", for
 * `Data2VecVisionModel`.
 * @param folder It is made if it is not there.
 * @param sizes Of the model.
 * @param tensors In our layout, by the names of the encoder's parameters, and of the decoder's with `decoder.` before them.
 * @throws {ConfigError} If the sizes do not fit into a `config.json`.
 * @throws {CheckpointError} Naming every tensor that has no place there.
 * @throws {StorageError} If the files cannot be written.
 */
export function writeHuggingFace(folder: string, sizes: ModelSizes, tensors: NamedArrays): void {
  const config = toHuggingFaceConfig(sizes);
  const official = toOfficial(tensors, sizes.encoder.channels);
  const isMae = sizes.encoder.family === "vit";
  let theirs = isMae ? maeToHuggingFace(official) : data2vecToHuggingFace(official);
  if (isMae && !sizes.decoder) {
    theirs = Object.fromEntries(
      Object.entries(theirs).map(([name, array]) => [name.replace(/^vit\./, ""), array]),
    );
  }
  makeFolder(folder);
  const metadata = { format: "pt" }; // from_pretrained() asks for it
  writeAtomically(`${folder}/model.safetensors`, encodeSafetensors({ tensors: theirs, metadata }));
  writeAtomically(`${folder}/config.json`, `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * The model in a folder.
 * @param folder With `config.json` and `model.safetensors`, in one piece.
 * @throws {ConfigError} If the config is of another model, or of one that this encoder is not; it names the fields.
 * @throws {SafetensorsError} If the file is damaged, or its numbers are not float32.
 * @throws {CheckpointError} Naming every tensor that is missing, unknown, or of another shape; but a decoder may be missing as a whole.
 */
export function openHuggingFace(folder: string): OpenedModel {
  const sizes = fromHuggingFaceConfig(JSON.parse(Deno.readTextFileSync(`${folder}/config.json`)));
  const path = `${folder}/model.safetensors`;
  const indices = /(^|\.)relative_position_index$/; // integers that follow from the sizes, in files of older versions
  const { tensors: theirs } = decodeSafetensors(Deno.readFileSync(path), path, indices);
  const isMae = sizes.encoder.family === "vit";
  const tensors = fromOfficial(isMae ? maeFromHuggingFace(theirs) : data2vecFromHuggingFace(theirs));
  const hasDecoder = Object.keys(tensors).some((name) => name.startsWith("decoder."));
  const prng = stream({ seed: 0, name: "opened" }); // no number of it stays
  const encoder = new PatchTransformer(sizes.encoder, prng);
  const decoder = hasDecoder && sizes.decoder ? new MaeDecoder(sizes.decoder, prng) : undefined;
  loadParameters(tensors, { ...encoder.parameters, ...(decoder && under("decoder", decoder)) });
  return { sizes: hasDecoder ? sizes : { encoder: sizes.encoder }, encoder, decoder };
}
