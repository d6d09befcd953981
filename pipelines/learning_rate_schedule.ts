/** What {@linkcode learningRateSchedule} needs to know of a run. */
export type LearningRateOptions = {
  /** Peak rate per 256 images. */
  readonly learningRate: number;
  /** Images per step; the K masks of an image do not count. */
  readonly batchSize: number;
  readonly epochs: number;
  readonly warmupEpochs: number;
};

/**
 * The learning rate at a moment of the run: linear from 0 over the warm-up, then half a cosine down to 0
 * (ExtreMA, arXiv:2206.04667, released schedule, evaluated before every step).
 * @param options Peak = `learningRate` · `batchSize` / 256.
 * @param epoch Fractional epoch in [0, `epochs`]: step / steps per epoch.
 */
export function learningRateSchedule(options: LearningRateOptions, epoch: number): number {
  const { learningRate, batchSize, epochs, warmupEpochs } = options;
  const peak = (learningRate * batchSize) / 256;
  if (epoch < warmupEpochs) return (peak * epoch) / warmupEpochs;
  return (peak * (1 + Math.cos(Math.PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)))) / 2;
}
