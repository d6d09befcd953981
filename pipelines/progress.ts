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

const BAR_WIDTH = 24;
const TERMINAL_INTERVAL = 100; // ms between two drawings
const PLAIN_INTERVAL = 10_000;

/** Shows how a run goes on: one line that is drawn again in a terminal, a plain line every ten seconds elsewhere. */
export class ProgressReporter {
  readonly #isTerminal: boolean;
  readonly #batchSize: number;
  readonly #totalSteps: number;
  readonly #write: (text: string) => void;
  #lastTime = -Infinity;
  #secondsPerStep = NaN; // smoothed
  #spread = NaN;

  /**
   * Shows nothing yet.
   * @param isTerminal Whether a line can be drawn again.
   * @param batchSize Images a step.
   * @param totalSteps Steps of the whole run.
   * @param write Takes the text, line ends included.
   */
  constructor(isTerminal: boolean, batchSize: number, totalSteps: number, write: (text: string) => void) {
    this.#isTerminal = isTerminal;
    this.#batchSize = batchSize;
    this.#totalSteps = totalSteps;
    this.#write = write;
  }

  /** Takes a step; shows it unless the one before was shown a moment ago, the last one always. */
  add(line: MetricsLine): void {
    const [batchSize, totalSteps] = [this.#batchSize, this.#totalSteps];
    const seconds = batchSize / line.imagesPerSecond;
    this.#secondsPerStep = Number.isNaN(this.#secondsPerStep)
      ? seconds
      : 0.95 * this.#secondsPerStep + 0.05 * seconds;
    this.#spread = line.spread ?? this.#spread;
    const now = performance.now();
    const step = line.step + 1;
    if (now - this.#lastTime < (this.#isTerminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL) && step < totalSteps) {
      return;
    }
    this.#lastTime = now;
    const text = formatProgress({
      step,
      totalSteps,
      imagesPerSecond: batchSize / this.#secondsPerStep,
      loss: line.loss,
      spread: this.#spread,
      secondsLeft: this.#secondsPerStep * (totalSteps - step),
    });
    this.#write(this.#isTerminal ? `\r\x1b[2K${bar(step / totalSteps)} ${text}` : `${text}\n`);
  }

  /** Ends the line that was drawn again, so that other text can follow. */
  end(): void {
    if (this.#isTerminal && this.#lastTime > -Infinity) this.#write("\n");
    this.#lastTime = -Infinity;
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

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}

/** Seconds as `48 s`, `3:07` or `1:02:09`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const text = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return text.replace(/^(00:)?0?/, "");
}
