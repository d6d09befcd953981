/**
 * Sounds as one batch.
 * @module
 */
import type { AudioLimits } from "../../audio/audio_limits.ts";
import type { Json, Preparation, PreparationContext, Preparer } from "../preparation.ts";

/** What becomes of sounds. */
export type WaveformsOptions = {
  /** Name of the column that has them, as waveforms or encoded; also the array's. */
  readonly column: string;
  /** Hz that they are brought to. */
  readonly sampleRate: number;
  /** Most samples that are kept of a sound. */
  readonly length: number;
  /** Where a longer sound is cut from: anywhere at "random", the default, by the sample's address, or its "start". */
  readonly crop?: "random" | "start";
  /** Level that each whole sound is brought to before it is cut; as it is if left out. */
  readonly level?: { readonly peak: number } | { readonly rms: number } | { readonly loudness: number };
  /** Whether what was cut out is brought to mean 0 and variance 1; false if left out. */
  readonly standardize?: boolean;
  /** The batch is as long as its longest sound, rounded up to a multiple of this; so that there are fewer different lengths. 1 if left out. */
  readonly multipleOf?: number;
  /** Columns of labels or numbers to give beside them; none if left out. */
  readonly beside?: readonly string[];
  /** How large an encoded sound may be. */
  readonly limits?: AudioLimits;
};

/**
 * A preparation that gives sounds: float32 [n, T], silence behind the end of each, and `…Length`, int32 [n], how many samples are not
 * silence. T is the longest sound's length in the batch. Encoded ones are decoded here, all channels mixed to one.
 *
 * @example Half a second for a wav2vec-like encoder
 * ```ts
 * import { waveformsPreparation } from "@lacuna/data/loader";
 *
 * const preparation = waveformsPreparation({
 *   column: "audio", sampleRate: 16000, length: 8000, standardize: true, beside: ["label"],
 * });
 * ```
 * @param options What to take, and what to make of it.
 */
export function waveformsPreparation(options: WaveformsOptions): Preparation {
  return { module: import.meta.url, options: options as unknown as Json };
}

/**
 * Makes the preparer of a `waveformsPreparation()`.
 * @throws {RangeError} If a set has no such column, or it holds no sounds, or an option is out of range.
 */
export async function createPreparer(options: Json, context: PreparationContext): Promise<Preparer> {
  const { prepareWaveforms } = await import("./_prepare_waveforms.ts"); // decoders, only where they are used
  return prepareWaveforms(options as unknown as WaveformsOptions, context);
}
