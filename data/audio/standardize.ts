/**
 * Sounds with mean 0 and variance 1.
 * @module
 */

const epsilon = 1e-5; // of fairseq's layer_norm over the whole sound

/**
 * (x − mean) / √(variance + 10⁻⁵), as wav2vec 2.0 and data2vec take sounds in when they normalise them.
 * @param samples [n]; they stay as they are.
 * @returns [n].
 * @see wav2vec 2.0, arXiv:2006.11477, §2: "The raw waveform input to the encoder is normalized to zero mean and unit variance"
 */
export function standardize(samples: Float32Array): Float32Array {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  const mean = samples.length === 0 ? 0 : sum / samples.length;
  for (let i = 0; i < samples.length; i++) squares += (samples[i]! - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / Math.max(1, samples.length) + epsilon);
  return samples.map((sample) => (sample - mean) * scale);
}
