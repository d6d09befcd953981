/** What {@linkcode learningRateSchedule} needs to know of a run. */
export type LearningRateOptions = {
  /** Peak rate per 256 images. */
  readonly learningRate: number;
  /** Least rate after the warm-up per 256 images, 0 if left out. */
  readonly minLearningRate?: number;
  /** Images per step; the K masks of an image do not count. */
  readonly batchSize: number;
  readonly epochs: number;
  readonly warmupEpochs: number;
  /** "cosine" if left out. */
  readonly decay?: "cosine" | "step";
};

/**
 * The learning rate at a moment of the run: linear from 0 over the warm-up, then half a cosine down to the least rate
 * (ExtreMA, arXiv:2206.04667, and MAE, arXiv:2111.06377, released schedules, evaluated before every step), or the peak and, from seven eighths
 * of the run on, a tenth of it (SimMIM, arXiv:2111.09886, its ViT: epoch 700 of 800).
 * @param options Peak = `learningRate` · `batchSize` / 256.
 * @param epoch Fractional epoch in [0, `epochs`]: step / steps per epoch.
 */
export function learningRateSchedule(options: LearningRateOptions, epoch: number): number {
  const { learningRate, minLearningRate = 0, batchSize, epochs, warmupEpochs, decay = "cosine" } = options;
  const peak = (learningRate * batchSize) / 256, least = (minLearningRate * batchSize) / 256;
  if (epoch < warmupEpochs) return (peak * epoch) / warmupEpochs;
  if (decay === "step") return epoch < 7 / 8 * epochs ? peak : Math.max(least, peak / 10);
  return least +
    ((peak - least) * (1 + Math.cos(Math.PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)))) / 2;
}
