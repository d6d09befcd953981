/**
 * Sounds of several lengths as one batch.
 * @module
 */

/** Sounds padded to one length. */
export type PaddedWaveforms = {
  /** [B · T], silence behind each sound's end. */
  readonly samples: Float32Array;
  /** [B], samples of each sound before the padding. */
  readonly lengths: Int32Array;
  /** T. */
  readonly length: number;
};

/**
 * Pads sounds with silence to the longest one's length.
 * @param waveforms B ≥ 1 of them.
 * @param multipleOf T is rounded up to a multiple of this, ≥ 1: so that there are fewer different sizes.
 * @throws {RangeError} If there is no sound, or `multipleOf` is not a positive integer.
 */
export function padWaveforms(waveforms: readonly Float32Array[], multipleOf = 1): PaddedWaveforms {
  if (waveforms.length === 0) throw new RangeError("Cannot pad 0 sounds: give one or more");
  if (!Number.isInteger(multipleOf) || multipleOf < 1) {
    throw new RangeError(`Cannot pad to a multiple of ${multipleOf}: give a positive integer`);
  }
  const lengths = Int32Array.from(waveforms, (waveform) => waveform.length);
  const length = Math.ceil(lengths.reduce((a, b) => Math.max(a, b)) / multipleOf) * multipleOf;
  const samples = new Float32Array(waveforms.length * length);
  for (const [i, waveform] of waveforms.entries()) samples.set(waveform, i * length);
  return { samples, lengths, length };
}
