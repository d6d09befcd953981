import type { Checkpoint } from "./checkpoint.ts";
import { flattenConfig, type RunConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { type NewestCheckpoint, newestCheckpoint } from "./newest_checkpoint.ts";

/**
 * Where a run goes on: the newest whole checkpoint of its folder, `undefined` where there is none yet.
 * @param folder The run folder.
 * @param config The config to go on with.
 * @param data Hashes of the images to go on with, and of their order.
 * @param parse Reads the stored config as of now: a run from before a field was there goes on with what it stood for. As it is, if left out.
 * @throws {ConfigError} If the checkpoint is of another config, naming the fields that differ, or of other images or another order of them.
 * @throws {CheckpointError} If there are checkpoints and none can be read.
 */
export function resumePoint(
  folder: string,
  config: RunConfig,
  data: Pick<Checkpoint, "dataHash" | "orderHash">,
  parse: (stored: unknown) => RunConfig = (stored) => stored as RunConfig,
): NewestCheckpoint | undefined {
  const newest = newestCheckpoint(folder);
  if (newest) {
    const { checkpoint } = newest;
    checkSameRun(folder, { ...checkpoint, config: asOfNow(checkpoint.config, parse) }, config, data);
  }
  return newest;
}

/** A stored config with the fields that came later; one that cannot be read, as another method's, as it is. */
function asOfNow(stored: RunConfig, parse: (stored: unknown) => RunConfig): RunConfig {
  try {
    return parse(stored);
  } catch (error) {
    if (error instanceof ConfigError) return stored;
    throw error;
  }
}

function checkSameRun(
  folder: string,
  checkpoint: Checkpoint,
  config: RunConfig,
  { dataHash, orderHash }: Pick<Checkpoint, "dataHash" | "orderHash">,
): void {
  const there = flattenConfig(checkpoint.config);
  const here = flattenConfig(config);
  const differences = [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .filter((key) => there[key] !== here[key])
    .map((key) => `${key} is ${there[key]} there and ${here[key]} here`);
  if (differences.length > 0) {
    throw new ConfigError(
      `${folder} holds a run of another config: ${
        differences.join(", ")
      }; choose another run folder or the same config`,
    );
  }
  if (checkpoint.dataHash !== dataHash) {
    throw new ConfigError(
      `${folder} holds a run on other images (hash ${checkpoint.dataHash.slice(0, 12)} there, ${
        dataHash.slice(0, 12)
      } here): choose another run folder or the same data`,
    );
  }
  if (checkpoint.orderHash !== orderHash) {
    throw new ConfigError(
      `${folder} holds a run on the same images in another order (hash ${
        checkpoint.orderHash.slice(0, 12)
      } there, ${
        orderHash.slice(0, 12)
      } here), as where they were imported anew in blocks of another size: choose another run folder or the same files`,
    );
  }
}
