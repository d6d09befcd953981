import type { RunConfig } from "./config.ts";
import type { MetricsLine } from "./metrics_log.ts";

/** Steps in which deviations may be small: they begin so. */
const START = 5000;
/** Least healthy mean deviations, by metric (data2vec's official code, of speech). */
const LEAST = { targetSpread: 0.1, predSpread: 0.01 };

/**
 * What to say of a step whose masked tokens' targets or predictions hardly differ from each other, `undefined` where they do or have just begun.
 * data2vec's official code stops a run on speech there; that of images says nothing.
 * @param line What the step logged.
 * @param config The run's, for advice.
 */
export function spreadWarning(line: MetricsLine, config: RunConfig): string | undefined {
  if (line.step <= START) return undefined;
  const low = (["targetSpread", "predSpread"] as const).filter((name) => line[name]! < LEAST[name]);
  if (low.length === 0) return undefined;
  const values = low.map((name) => `${name} is ${line[name]!.toExponential(1)}, ${LEAST[name]} is healthy`);
  const { optimizer: { learningRate }, schedule: { momentum, warmupEpochs } } = config;
  return `At step ${line.step} the masked tokens of a batch are hardly told apart: ${values.join("; ")}. ` +
    `What helps, in another run folder (--run): a lower optimizer.learningRate (now ${learningRate}), ` +
    `more schedule.warmupEpochs (now ${warmupEpochs}), a schedule.momentum nearer 1 (now ${momentum})`;
}
