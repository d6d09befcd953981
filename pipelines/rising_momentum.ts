/** How a teacher's momentum goes from the run's first to a last one. */
export type MomentumRise = {
  /** Share of the run in which its momentum goes from `schedule.momentum` to the last, in [0, 1]. */
  readonly momentumRise: number;
  /** Momentum from then on, in [0, 1]. */
  readonly lastMomentum: number;
};

/**
 * The teacher's momentum of data2vec (arXiv:2202.03555, §3.3): a straight line from the first to the last, then constant.
 * @param first At the start of the run.
 * @param rise Where to, and how soon.
 * @param progress Share of the run that is over, in [0, 1].
 */
export function risingMomentum(
  first: number,
  { momentumRise, lastMomentum }: MomentumRise,
  progress: number,
): number {
  const left = momentumRise === 0 ? 0 : Math.max(0, 1 - progress / momentumRise);
  return lastMomentum - (lastMomentum - first) * left;
}
