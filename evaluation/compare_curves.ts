/**
 * How much sooner one learning curve is where another ends.
 * @module
 */

/** Accuracies over epochs. */
export type LearningCurve = {
  /** Ascending, the first is that of the untrained encoder. */
  readonly epochs: readonly number[];
  /** One for each epoch. */
  readonly accuracies: readonly number[];
};

/** A method's curve beside a baseline's. */
export type CurveComparison = {
  /** Area under the method's curve over that under the baseline's. */
  readonly rauc: number;
  /** The same less what the untrained encoder had, so that a flat offset hides nothing. */
  readonly raucAboveStart: number;
  /** Epochs that the method takes to the baseline's last accuracy, over those that the baseline takes; null if it never gets there, or the baseline
   * ends no higher than it begins. */
  readonly epochRatio: number | null;
};

/**
 * A method's learning curve beside a baseline's, by areas and by the time to the baseline's end. MTO (arXiv:2404.08330) names a measure RAUC whose
 * formula is not public; this is our reading of the name.
 * @param method Of the same epochs as the baseline.
 * @param baseline At least two points.
 * @throws {RangeError} If the epochs differ, do not ascend or are fewer than 2.
 */
export function compareCurves(method: LearningCurve, baseline: LearningCurve): CurveComparison {
  const { epochs } = baseline;
  if (
    epochs.length < 2 || `${method.epochs}` !== `${epochs}` ||
    epochs.some((epoch, i) => i > 0 && !(epoch > epochs[i - 1]!)) ||
    baseline.accuracies.length !== epochs.length || method.accuracies.length !== epochs.length
  ) {
    throw new RangeError(
      `Cannot compare curves over epochs [${method.epochs}] and [${epochs}]: give an accuracy for each of the same, ascending, at least 2`,
    );
  }
  const start = baseline.accuracies[0]!;
  const goal = baseline.accuracies.at(-1)!;
  const first = firstReach(baseline, goal)!, reached = firstReach(method, goal);
  return {
    rauc: area(method, 0) / area(baseline, 0),
    raucAboveStart: area(method, start) / area(baseline, start),
    epochRatio: reached === null || first === 0 ? null : reached / first,
  };
}

/** Area between a curve and a level, by trapezoids. */
function area({ epochs, accuracies }: LearningCurve, level: number): number {
  return epochs.slice(1).reduce(
    (sum, epoch, i) => sum + (epoch - epochs[i]!) * ((accuracies[i]! + accuracies[i + 1]!) / 2 - level),
    0,
  );
}

/** When a curve is first at a height or above, between its points by a straight line. */
function firstReach({ epochs, accuracies }: LearningCurve, height: number): number | null {
  const at = accuracies.findIndex((accuracy) => accuracy >= height);
  if (at <= 0) return at === 0 ? epochs[0]! : null;
  const [before, after] = [accuracies[at - 1]!, accuracies[at]!];
  return epochs[at - 1]! + (height - before) / (after - before) * (epochs[at]! - epochs[at - 1]!);
}
