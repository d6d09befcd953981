import { type ExtremaConfig, overrideConfig } from "./config.ts";
import { preset } from "./presets.ts";

/** The tiny preset, smaller still: 8 steps of 8 images an epoch over 64, 2 epochs; with some fields replaced. */
export function testConfig(...settings: string[]): ExtremaConfig {
  return overrideConfig(preset("tiny"), [
    "encoder.dim=8",
    "encoder.depth=2",
    "heads.hiddenDim=16",
    "heads.outDim=8",
    "schedule.batchSize=8",
    "schedule.epochs=2",
    "schedule.warmupEpochs=0.25",
    "optimizer.learningRate=0.1", // 0.003 at this batch
    "log.checkpointEvery=100",
    ...settings,
  ]);
}
