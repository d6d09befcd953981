import { StorageError, writeAtomically } from "@lacuna/data";
import { createHash } from "node:crypto";
import { readIfThere } from "./_read_if_there.ts";
import type { RunConfig } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "./safetensors.ts";

/** A run between two steps: with the images, all that decides how it goes on. */
export type Checkpoint = {
  /** Steps taken. */
  readonly step: number;
  /** The whole config, its pipeline's own fields too. */
  readonly config: RunConfig;
  /** Hash of the images' contents. */
  readonly dataHash: string;
  /** Hash of what decides the order in which they come. */
  readonly orderHash: string;
  /** `student.*`, `teacher.*` and `optimizer.*`, each followed by the parameter's dotted name. */
  readonly tensors: Readonly<Record<string, NamedArray>>;
};

/** What a checkpoint says beside its tensors, as text. */
export type CheckpointMetadata = {
  readonly step: string;
  readonly config: string;
  readonly dataHash: string;
  readonly orderHash: string;
};

const FORMAT = "lacuna checkpoint 2";
const NUM_KEPT = 2;

/**
 * Writes `step-00001234.safetensors`, then removes all but the newest two.
 * @param folder Where the run's checkpoints are; it exists.
 * @returns The file's path.
 * @throws {StorageError} If it cannot be written; the checkpoints before it stay.
 */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): string {
  const { step, config, dataHash, orderHash, tensors } = checkpoint;
  const path = `${folder}/step-${String(step).padStart(8, "0")}.safetensors`;
  const said = { step: `${step}`, config: JSON.stringify(config), dataHash, orderHash };
  const metadata = { format: FORMAT, ...said, sha256: checkpointDigest(said, tensors) };
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
    const { tensors, metadata } = decodeSafetensors(Deno.readFileSync(path), path);
    const { format, step, config, dataHash, orderHash, sha256 } = metadata;
    if (
      format !== FORMAT || step === undefined || config === undefined || dataHash === undefined ||
      orderHash === undefined
    ) {
      throw new Error(`${path} is of the format "${format}", not "${FORMAT}"`);
    }
    if (sha256 !== checkpointDigest({ step, config, dataHash, orderHash }, tensors)) {
      throw new Error(`Cannot read ${path}: its contents do not have the SHA-256 that it was written with`);
    }
    if (!/^\d{1,8}$/.test(step)) {
      throw new Error(`Cannot read ${path}: its step is "${step}", not a whole number`);
    }
    const parsed = parseObject(config, path) as RunConfig;
    return { step: Number(step), config: parsed, dataHash, orderHash, tensors };
  } catch (error) {
    throw new CheckpointError((error as Error).message, { cause: error });
  }
}

/**
 * Takes a damaged checkpoint out of the list, by a name that ends in `.damaged`.
 * @throws {StorageError} If it cannot be renamed.
 */
export function setAside(path: string): void {
  try {
    Deno.renameSync(path, `${path}.damaged`);
  } catch (error) {
    throw new StorageError(path, error);
  }
}

/** The paths of a folder's checkpoints, oldest first; what a killed write left behind is not among them. */
export function listCheckpoints(folder: string): string[] {
  const entries = readIfThere(folder, () => [...Deno.readDirSync(folder)]) ?? [];
  const names = entries.map(({ name }) => name).filter((name) => /^step-\d{8}\.safetensors$/.test(name));
  return names.sort().map((name) => `${folder}/${name}`);
}

/** Covers all that decides how the run goes on: a bit that flipped on the disk is no checkpoint. */
export function checkpointDigest(
  { step, config, dataHash, orderHash }: CheckpointMetadata,
  tensors: Checkpoint["tensors"],
): string {
  const hash = createHash("sha256").update(JSON.stringify([step, config, dataHash, orderHash]));
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

function parseObject(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // told below
  }
  throw new Error(`Cannot read ${path}: its config is no JSON object`);
}
