/**
 * Folders as `save_pretrained()` writes and `from_pretrained()` reads them: `config.json` and `model.safetensors`.
 * @module
 */
import { writeAtomically } from "@lacuna/data";
import type { MaeDecoder, PatchTransformer } from "@lacuna/encoders";
import * as tf from "@tensorflow/tfjs-core";
import { makeFolder } from "../_make_folder.ts";
import { readIfThere } from "../_read_if_there.ts";
import { CheckpointError, ConfigError } from "../errors.ts";
import type { NamedArrays } from "../named_arrays.ts";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { misfits } from "./_misfits.ts";
import { type EmptyModel, modelOf } from "./_model_of.ts";
import { data2vecFromHuggingFace, data2vecToHuggingFace } from "./data2vec_names.ts";
import { fromHuggingFaceConfig, type HuggingFaceConfig, toHuggingFaceConfig } from "./hugging_face_config.ts";
import { loadParameters } from "./load_parameters.ts";
import { maeFromHuggingFace, maeToHuggingFace } from "./mae_names.ts";
import type { ModelSizes } from "./model_sizes.ts";
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
 * @param sizes Of the model; without `decoder`, of an encoder alone.
 * @param tensors In our layout, by the names of the encoder's parameters, and of the decoder's with `decoder.` before them: all that a model of
 * these sizes has, and no other.
 * @throws {ConfigError} If the sizes do not fit into a `config.json`.
 * @throws {RangeError} If no model has such sizes.
 * @throws {CheckpointError} Naming every tensor that is missing, that the sizes have no place for, or that is of another shape; nothing is written then.
 * @throws {StorageError} If the files cannot be written.
 */
export function writeHuggingFace(folder: string, sizes: ModelSizes, tensors: NamedArrays): void {
  const config = toHuggingFaceConfig(sizes);
  const { parameters } = modelOf(sizes);
  const problems = misfits(tensors, parameters);
  tf.dispose(parameters);
  if (problems.length > 0) {
    throw new CheckpointError(`Cannot write a model of these sizes: ${problems.join("; ")}`);
  }
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
 * @throws {ConfigError} If the config is of another model, or of one that this encoder is not; it names the fields, or the sizes that do not fit each other.
 * @throws {SafetensorsError} If `model.safetensors` is damaged, or its numbers are not float32.
 * @throws {CheckpointError} If a file is missing or cannot be read, or `config.json` is not JSON; and naming every tensor that is missing, unknown,
 * or of another shape; but a decoder may be missing as a whole.
 * @throws {TypeError} If the weight of the patches is not [D, C, p, p].
 */
export function openHuggingFace(folder: string): OpenedModel {
  const sizes = fromHuggingFaceConfig(readConfig(`${folder}/config.json`));
  const path = `${folder}/model.safetensors`;
  const indices = /(^|\.)relative_position_index$/; // integers that follow from the sizes, in files of older versions
  const { tensors: theirs } = decodeSafetensors(read(path, Deno.readFileSync), path, indices);
  const isMae = sizes.encoder.family === "vit";
  const tensors = fromOfficial(isMae ? maeFromHuggingFace(theirs) : data2vecFromHuggingFace(theirs));
  const hasDecoder = Object.keys(tensors).some((name) => name.startsWith("decoder."));
  const opened = hasDecoder ? sizes : { encoder: sizes.encoder };
  const { encoder, decoder, parameters } = build(opened, `${folder}/config.json`);
  loadParameters(tensors, parameters);
  return { sizes: opened, encoder, decoder };
}

function readConfig(path: string): HuggingFaceConfig {
  const text = read(path, Deno.readTextFileSync);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(`${path} is not JSON (${(cause as Error).message}): copy the folder anew`, {
      cause,
    });
  }
}

function read<T>(path: string, readFile: (path: string) => T): T {
  const content = readIfThere(path, () => readFile(path));
  if (content === undefined) {
    throw new CheckpointError(
      `There is no ${path}: name a folder with config.json and, in one piece, model.safetensors`,
    );
  }
  return content;
}

function build(sizes: ModelSizes, path: string): EmptyModel {
  try {
    return modelOf(sizes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ConfigError(`No model has the sizes of ${path}: ${cause.message}`, { cause });
  }
}
