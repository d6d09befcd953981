import type { RunConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";

/** A run's length in steps. */
export type RunLength = { readonly stepsPerEpoch: number; readonly totalSteps: number };

/**
 * How many steps a schedule takes over a number of images. What fills no batch at an epoch's end is left out: it waits for the next order.
 * @param schedule `epochs`, which may be a part of one, and `batchSize`.
 * @param size Number of images.
 * @throws {ConfigError} If the images fill no batch.
 */
export function runLength(
  { epochs, batchSize }: Pick<RunConfig["schedule"], "epochs" | "batchSize">,
  size: number,
): RunLength {
  const stepsPerEpoch = Math.floor(size / batchSize);
  if (stepsPerEpoch === 0) {
    throw new ConfigError(`${size} images fill no batch of ${batchSize}: lower schedule.batchSize`);
  }
  return { stepsPerEpoch, totalSteps: Math.max(1, Math.round(epochs * stepsPerEpoch)) };
}
