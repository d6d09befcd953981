import { formatSeconds, ProgressLine, type Terminal } from "@lacuna/data/terminal";
import type { MetricsLine } from "./metrics_log.ts";

/** What a progress line shows of the step just taken. */
export type Progress = {
  /** Steps taken, of how many. */
  readonly step: number;
  readonly totalSteps: number;
  readonly imagesPerSecond: number;
  readonly loss: number;
  /** The last measured spread of the teacher's outputs, NaN before the first. */
  readonly spread: number;
  readonly secondsLeft: number;
};

/** Shows how a run goes on: one line that is drawn again in a terminal, a plain line every ten seconds elsewhere. */
export class ProgressReporter {
  readonly #line: ProgressLine;
  readonly #batchSize: number;
  readonly #totalSteps: number;
  #secondsPerStep = NaN; // smoothed
  #spread = NaN;

  /**
   * Shows nothing yet.
   * @param terminal Where it is shown.
   * @param batchSize Images a step.
   * @param totalSteps Steps of the whole run.
   */
  constructor(terminal: Pick<Terminal, "write" | "isTerminal">, batchSize: number, totalSteps: number) {
    this.#line = new ProgressLine(terminal);
    this.#batchSize = batchSize;
    this.#totalSteps = totalSteps;
  }

  /** Takes a step; shows it unless the one before was shown a moment ago, the last one always. */
  add(line: MetricsLine): void {
    const [batchSize, totalSteps] = [this.#batchSize, this.#totalSteps];
    const seconds = batchSize / line.imagesPerSecond;
    this.#secondsPerStep = Number.isNaN(this.#secondsPerStep)
      ? seconds
      : 0.95 * this.#secondsPerStep + 0.05 * seconds;
    this.#spread = line.spread ?? this.#spread;
    const step = line.step + 1;
    this.#line.show(step / totalSteps, () =>
      formatProgress({
        step,
        totalSteps,
        imagesPerSecond: batchSize / this.#secondsPerStep,
        loss: line.loss,
        spread: this.#spread,
        secondsLeft: this.#secondsPerStep * (totalSteps - step),
      }));
  }

  /** Ends the line that was drawn again, so that other text can follow. */
  end(): void {
    this.#line.end();
  }

  /** As {@linkcode ProgressReporter.end}. */
  [Symbol.dispose](): void {
    this.end();
  }
}

/** Numbers of a step as one line: step, images/s, loss, teacher spread, time left. */
export function formatProgress(progress: Progress): string {
  const { step, totalSteps, imagesPerSecond, loss, spread, secondsLeft } = progress;
  return [
    `step ${String(step).padStart(String(totalSteps).length)}/${totalSteps}`,
    `${imagesPerSecond.toFixed(0).padStart(5)} images/s`,
    `loss ${loss.toFixed(4)}`,
    `spread ${Number.isNaN(spread) ? "–" : spread.toFixed(4)}`,
    `${formatSeconds(secondsLeft)} left`,
  ].join("  ");
}
