import { flattenConfig, type RunConfig } from "./config.ts";
import type { MetricsLine } from "./metrics_log.ts";

/** Above this mean cosine between the teacher's outputs for two images, they point the same way. */
const COLLAPSED_COSINE = 0.99;
/** Below this share of 1/√P, the healthy spread, outputs do not vary from image to image. */
const COLLAPSED_SPREAD = 0.05;
const PATIENCE = 5;
/** What keeps a teacher from collapsing, by the setting that asks for it. */
const remedies = {
  "heads.usePredictor=true": "the predictor",
  "heads.norm=batch": "batch norm in the heads",
  "target.source=teacher": "a teacher",
};

/**
 * Watches what steps log of a teacher's outputs for collapse to a constant: both signs, in five measurements running.
 * With normalised outputs c + d, c common to all images, the mean cosine is near |c|² and the spread near √((1 − |c|²) / P), so the second
 * sign is the stricter: a mean cosine of 0.9975. It leaves room for layer-norm heads, which begin around a common direction. On
 * Fashion-MNIST, at width 64, they stay at 0.26 to 0.3 of 1/√P with the predictor; without it, at momentum 0.9, they pass 0.05 within 60 steps.
 */
export class CollapseWatch {
  readonly #dim: number;
  readonly #advice: string;
  #numCollapsed = 0;
  /** What the last measurement says, and what to do; for the one who reads the console. */
  message = "";

  /**
   * Begins to watch.
   * @param dim P, the width of the outputs.
   * @param config The run's config: advice leaves out what it does already.
   */
  constructor(dim: number, config: RunConfig) {
    this.#dim = dim;
    this.#advice = adviceFor(config);
  }

  /**
   * Takes a step's line; one without measures changes nothing.
   * @returns Whether this is at least the fifth collapsed measurement in a row.
   */
  add({ step, meanCosine, spread }: MetricsLine): boolean {
    if (meanCosine === undefined || spread === undefined) return false;
    const healthy = 1 / Math.sqrt(this.#dim);
    const collapsed = meanCosine > COLLAPSED_COSINE && spread < COLLAPSED_SPREAD * healthy;
    this.#numCollapsed = collapsed ? this.#numCollapsed + 1 : 0;
    this.message =
      `The teacher has collapsed by step ${step}: it says the same of every image, with a mean cosine of ${
        meanCosine.toFixed(4)
      } and a spread of ${spread.toExponential(1)} where ${
        healthy.toFixed(3)
      } is healthy. What helps, in another run folder (--run): ${this.#advice}`;
    return this.#numCollapsed >= PATIENCE;
  }
}

function adviceFor(config: RunConfig): string {
  const fields = flattenConfig(config);
  const inForce = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  const { optimizer: { learningRate }, schedule: { momentum } } = config;
  return [
    ...Object.entries(remedies).flatMap(([setting, what]) =>
      inForce.includes(setting) || !(setting.split("=")[0]! in fields) ? [] : `${what} (${setting})`
    ),
    `a lower optimizer.learningRate (now ${learningRate})`,
    `a schedule.momentum nearer 1 (now ${momentum})`,
  ].join(", ");
}
