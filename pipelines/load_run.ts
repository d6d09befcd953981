import type { VisionTransformer } from "@lacuna/encoders";
import { restoreState } from "./_tensor_state.ts";
import { listCheckpoints, readCheckpoint } from "./checkpoint.ts";
import { type ExtremaConfig, parseConfig } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { extremaEncoder } from "./extrema_encoder.ts";
import { type MetricsLine, readMetrics } from "./metrics_log.ts";
import { readRunSummary, type RunSummary } from "./run_summary.ts";

/** A run as evaluation needs it. */
export type LoadedRun = {
  readonly config: ExtremaConfig;
  readonly summary: RunSummary;
  readonly metrics: readonly MetricsLine[];
  /** Steps behind the teacher's weights. */
  readonly step: number;
  /** The teacher's encoder as trained. */
  readonly teacher: VisionTransformer;
  /** The same encoder with the weights that it began with: the control. */
  readonly untrained: VisionTransformer;
};

/**
 * Loads a run from its newest checkpoint.
 * @param folder The run folder.
 * @throws {CheckpointError} If there is no checkpoint that can be read, or no `run.json`.
 */
export function loadRun(folder: string): LoadedRun {
  const summary = readRunSummary(folder);
  const path = listCheckpoints(`${folder}/checkpoints`).at(-1);
  if (!summary || !path) {
    throw new CheckpointError(
      `There is no run with a checkpoint in ${folder}: pretrain one there first, or name its folder`,
    );
  }
  const { step, config: stored, tensors } = readCheckpoint(path);
  const config = parseConfig(stored);
  const teacher = extremaEncoder(config, summary.data);
  restoreState({ teacher: teacher.parameters }, tensors);
  const untrained = extremaEncoder(config, summary.data);
  return { config, summary, metrics: readMetrics(`${folder}/metrics.jsonl`), step, teacher, untrained };
}
