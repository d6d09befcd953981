/** Share of the peak learning rate: a linear rise over the warm-up, then half a cosine to 0. */
export function learningRateShare(epoch: number, warmupEpochs: number, epochs: number): number {
  if (epoch < warmupEpochs) return epoch / warmupEpochs;
  return 0.5 * (1 + Math.cos(Math.PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)));
}
