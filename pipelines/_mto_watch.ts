import type { MetricsLine } from "./metrics_log.ts";

/** Below this share of the highest entropy, rows of attention are nearly one-hot. */
const NARROW_ATTENTION = 0.1;
/** Below this heterogeneity, softmaxes over affinities are nearly one-hot, and their gradient vanishes. */
const SATURATED = 1e-3;

/** Watches what steps log of masked token optimization, and tells of each stage and block once what has gone wrong with it. */
export class MtoWatch {
  readonly #told = new Set<string>();

  /**
   * Takes a step's line; one without such measures says nothing.
   * @returns What the one who reads the console should know.
   */
  add(line: MetricsLine): string[] {
    return Object.entries(line).flatMap(([name, value]) => {
      const text = value === undefined || this.#told.has(name) ? undefined : trouble(name, value);
      if (text === undefined) return [];
      this.#told.add(name);
      return [`At step ${line.step} ${name} is ${value!.toPrecision(2)}: ${text}`];
    });
  }
}

function trouble(name: string, value: number): string | undefined {
  if (/(^|\.)rowEntropy\.\d+$/.test(name) && value < NARROW_ATTENTION) {
    return "the attention of visible tokens has collapsed: each sees hardly more than one token, where 1 would be all alike. What helps, in " +
      "another run folder (--run): a lower mto.recalibrationWeight";
  }
  if (/(^|\.)heterogeneity\.\d+$/.test(name) && value < SATURATED) {
    return "each masked token resembles one visible token alone there, and the terms have next to no gradient. What helps, in another run folder " +
      "(--run): mto.affinity=lnScaled or cosine, which do not grow with the tokens' length";
  }
  return undefined;
}
