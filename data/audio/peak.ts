/**
 * The largest sample of a sound.
 * @module
 */

/** The largest sample's size; 0 for no samples. Full scale is 1, that is 0 dBFS. */
export function peak(samples: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]!));
  return largest;
}
