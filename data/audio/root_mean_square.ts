/**
 * The mean power of a sound.
 * @module
 */

/** The root of the mean square of the samples; 0 for no samples. A sine at full scale has √½, that is −3.01 dBFS. */
export function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
