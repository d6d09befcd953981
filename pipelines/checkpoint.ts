import { readIfThere } from "./_read_if_there.ts";
import { writeAtomically } from "./_write_atomically.ts";
import type { RunConfig } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "./safetensors.ts";

/** A run between two steps: with the images, all that decides how it goes on. */
export type Checkpoint = {
  /** Steps taken. */
  readonly step: number;
  /** The whole config, its pipeline's own fields too. */
  readonly config: RunConfig;
  /** Hash of the images' contents and order. */
  readonly dataHash: string;
  /** `student.*`, `teacher.*` and `optimizer.*`, each followed by the parameter's dotted name. */
  readonly tensors: Readonly<Record<string, NamedArray>>;
};

const FORMAT = "lacuna checkpoint 1";
const NUM_KEPT = 2;

/**
 * Writes `step-00001234.safetensors`, then removes all but the newest two.
 * @param folder Where the run's checkpoints are; it exists.
 * @returns The file's path.
 * @throws {StorageError} If it cannot be written; the checkpoints before it stay.
 */
export function writeCheckpoint(folder: string, { step, config, dataHash, tensors }: Checkpoint): string {
  const path = `${folder}/step-${String(step).padStart(8, "0")}.safetensors`;
  const metadata = { format: FORMAT, step: `${step}`, config: JSON.stringify(config), dataHash };
  writeAtomically(path, encodeSafetensors({ tensors, metadata }));
  for (const old of listCheckpoints(folder).slice(0, -NUM_KEPT)) Deno.removeSync(old);
  return path;
}

/**
 * The checkpoint in a file.
 * @throws {CheckpointError} If the file cannot be read, is damaged, or is no checkpoint.
 */
export function readCheckpoint(path: string): Checkpoint {
  try {
    const { tensors, metadata: { format, step, config, dataHash } } = decodeSafetensors(
      Deno.readFileSync(path),
      path,
    );
    if (format !== FORMAT || step === undefined || config === undefined || dataHash === undefined) {
      throw new Error(`${path} is of the format "${format}", not "${FORMAT}"`);
    }
    return { step: Number(step), config: JSON.parse(config) as RunConfig, dataHash, tensors };
  } catch (error) {
    throw new CheckpointError((error as Error).message, { cause: error });
  }
}

/** The paths of a folder's checkpoints, oldest first; what a killed write left behind is not among them. */
export function listCheckpoints(folder: string): string[] {
  const entries = readIfThere(folder, () => [...Deno.readDirSync(folder)]) ?? [];
  const names = entries.map(({ name }) => name).filter((name) => /^step-\d{8}\.safetensors$/.test(name));
  return names.sort().map((name) => `${folder}/${name}`);
}
