import { writeAtomically } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { makeFolder } from "./_make_folder.ts";
import { ConfigError } from "./errors.ts";
import { writeHuggingFace } from "./interop/hugging_face_folder.ts";
import type { ModelSizes } from "./interop/model_sizes.ts";
import { toOfficial } from "./interop/official_layout.ts";
import { parameterArrays } from "./parameter_arrays.ts";
import { loadRun } from "./load_run.ts";
import { maeDecoderConfig, maeMethod } from "./mae.ts";
import type { DamagedCheckpoint } from "./newest_checkpoint.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** Whose names and files: Hugging Face's, or the names of MAE's and BEiT's code. */
export const exportFormats = ["huggingface", "official"] as const;

/** One of {@linkcode exportFormats}. */
export type ExportFormat = typeof exportFormats[number];

/** What was written. */
export type ExportedRun = {
  /** Steps behind the weights. */
  readonly step: number;
  /** Path of the checkpoint that holds them. */
  readonly checkpoint: string;
  /** Newer checkpoints, which were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
  /** Parameters of the run that have no place in the format: a head, a predictor. */
  readonly leftOut: readonly string[];
  /** What was written with the values that it began with, as the run neither trains nor stores it: the last norm of BootMAE's encoder. */
  readonly untrained: readonly string[];
};

/**
 * Writes the newest checkpoint of a run for PyTorch: MAE with its decoder, of other methods the student's encoder.
 *
 * "huggingface" is `config.json`, `model.safetensors`, and `preprocessor_config.json` with the size and normalisation of the run's images;
 * "official" is `model.safetensors` alone, in the names and layout of MAE's code for MAE, BootMAE and BYOL, of BEiT's for the others.
 * @param run The run folder.
 * @param format Whose names and files.
 * @param out The folder to write them in; it is made if it is not there.
 * @throws {CheckpointError} If there is no checkpoint that can be read.
 * @throws {ConfigError} If the method's encoder is neither MAE's nor of BEiT's family, or Hugging Face's cannot have its sizes.
 * @throws {StorageError} If the files cannot be written.
 */
export async function exportRun(run: string, format: ExportFormat, out: string): Promise<ExportedRun> {
  const { method, config, summary: { data }, step, checkpoint, damaged, trained } = loadRun(run);
  const { encoder } = trained;
  if (!(encoder instanceof PatchTransformer)) {
    throw new ConfigError(
      `A run of ${method.title} cannot be exported: its encoder is neither MAE's nor of BEiT's family, as those of ` +
        "MAE, BootMAE, BYOL, data2vec, SimMIM, MaskFeat, BEiT and ConMIM are",
    );
  }
  const sizes = method.name === maeMethod.name
    ? maeSizes(config, encoder, data)
    : { encoder: encoder.config };
  const tensors = await parameterArrays(sizes.decoder ? trained.parameters : encoder.parameters);
  if (format === "huggingface") {
    writeHuggingFace(out, sizes, tensors);
    const preprocessor = {
      image_processor_type: "ViTImageProcessor",
      do_resize: true,
      size: { height: data.height, width: data.width },
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: data.mean,
      image_std: data.std,
    };
    writeAtomically(`${out}/preprocessor_config.json`, `${JSON.stringify(preprocessor, null, 2)}\n`);
  } else {
    makeFolder(out);
    const official = toOfficial(tensors, data.channels);
    writeAtomically(
      `${out}/model.safetensors`,
      encodeSafetensors({ tensors: official, metadata: { format: "pt" } }),
    );
  }
  const without = (names: object, others: object) =>
    Object.keys(names).filter((name) => !Object.hasOwn(others, name));
  return {
    step,
    checkpoint,
    damaged,
    leftOut: without(trained.parameters, tensors),
    untrained: without(tensors, trained.parameters),
  };
}

function maeSizes(
  config: unknown,
  encoder: PatchTransformer,
  image: Parameters<typeof maeDecoderConfig>[1],
): ModelSizes {
  const mae = maeMethod.parse(config);
  return {
    encoder: encoder.config,
    decoder: maeDecoderConfig(mae, image),
    pretraining: { maskRatio: mae.masks.ratio, normalizePatches: mae.target.normalizePatches },
  };
}
