/**
 * A sound in memory.
 * @module
 */

/** Samples of every channel, all of one length. */
export type DecodedAudio = {
  /** In Hz. */
  readonly sampleRate: number;
  /** One array a channel; full scale is −1…1, which a float file may exceed. */
  readonly channels: readonly Float32Array[];
};
