import { restoreState } from "./_tensor_state.ts";
import { CheckpointError } from "./errors.ts";
import type { Method, MethodConfig } from "./method.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import { methodNamed } from "./methods.ts";
import { type MetricsLine, readMetrics } from "./metrics_log.ts";
import { type DamagedCheckpoint, newestCheckpoint } from "./newest_checkpoint.ts";
import { readRunSummary, type RunSummary } from "./run_summary.ts";

/** A run as evaluation needs it. */
export type LoadedRun = {
  readonly method: Method<MethodConfig, unknown>;
  readonly config: MethodConfig;
  readonly summary: RunSummary;
  readonly metrics: readonly MetricsLine[];
  /** Steps behind the weights. */
  readonly step: number;
  /** Path of the checkpoint that holds them. */
  readonly checkpoint: string;
  /** Newer checkpoints, which were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
  /** The pipeline as trained. */
  readonly trained: MethodPipeline<unknown>;
  /** The same with the weights that it began with: the control. What no step moves, such as positions, is the checkpoint's. */
  readonly untrained: MethodPipeline<unknown>;
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
  const method = methodNamed(summary.pipeline);
  const config = method.parse(stored);
  const trained = method.pipeline(config, summary.data);
  restoreState({ student: trained.parameters, teacher: trained.teacher }, tensors);
  const untrained = method.pipeline(config, summary.data);
  for (const parameters of [untrained.parameters, untrained.teacher]) { // earlier versions had other positions
    const fixed = Object.entries(parameters).filter(([name]) =>
      untrained.parameters[name]?.trainable === false
    );
    restoreState({ student: Object.fromEntries(fixed) }, tensors); // a teacher's begin as the student's; following, they move by rounding
  }
  const metrics = readMetrics(`${folder}/metrics.jsonl`);
  return { method, config, summary, metrics, step, checkpoint, damaged, trained, untrained };
}
