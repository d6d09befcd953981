import type { VisionTransformer } from "@lacuna/encoders";
import { restoreState } from "./_tensor_state.ts";
import { type ExtremaConfig, parseConfig } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { extremaEncoder } from "./extrema_encoder.ts";
import { type MetricsLine, readMetrics } from "./metrics_log.ts";
import { type DamagedCheckpoint, newestCheckpoint } from "./newest_checkpoint.ts";
import { readRunSummary, type RunSummary } from "./run_summary.ts";

/** A run as evaluation needs it. */
export type LoadedRun = {
  readonly config: ExtremaConfig;
  readonly summary: RunSummary;
  readonly metrics: readonly MetricsLine[];
  /** Steps behind the teacher's weights. */
  readonly step: number;
  /** Path of the checkpoint that holds them. */
  readonly checkpoint: string;
  /** Newer checkpoints, which were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
  /** The teacher's encoder as trained. */
  readonly teacher: VisionTransformer;
  /** The same encoder with the weights that it began with: the control. */
  readonly untrained: VisionTransformer;
};

/**
 * Loads a run from its newest whole checkpoint.
 * @param folder The run folder.
 * @throws {CheckpointError} If there is no checkpoint that can be read, or no `run.json`.
 */
export function loadRun(folder: string): LoadedRun {
  const summary = readRunSummary(folder);
  const newest = newestCheckpoint(folder);
  if (!summary || !newest) {
    throw new CheckpointError(
      `There is no run with a checkpoint in ${folder}: pretrain one there first, or name its folder`,
    );
  }
  const { checkpoint: { step, config: stored, tensors }, path: checkpoint, damaged } = newest;
  const config = parseConfig(stored);
  const teacher = extremaEncoder(config, summary.data);
  restoreState({ teacher: teacher.parameters }, tensors);
  const untrained = extremaEncoder(config, summary.data);
  const metrics = readMetrics(`${folder}/metrics.jsonl`);
  return { config, summary, metrics, step, checkpoint, damaged, teacher, untrained };
}
