import { AudioError } from "../audio/audio_error.ts";
import type { AudioLimits } from "../audio/audio_limits.ts";
import { decodeWaveform } from "../audio/decode_waveform.ts";
import type { Column } from "../shards/column.ts";
import { cannotRead } from "./_cannot_read.ts";

/** What becomes of each sound. */
export type SoundOptions = {
  /** Of the waveforms, in Hz; 16,000 by default. */
  readonly sampleRate?: number;
  /** Keeps the files' own bytes in the place of waveforms; they are decoded all the same, to see that they can be. */
  readonly keepEncoded?: boolean;
  /** How large a sound may be. */
  readonly limits?: AudioLimits;
};

/** The column "audio" that `readSound()` fills. */
export function soundColumn({ sampleRate = 16000, keepEncoded = false }: SoundOptions): Column {
  if (!Number.isInteger(sampleRate) || sampleRate < 1) {
    throw new RangeError(`Sample rate is ${sampleRate}: give a positive integer, in Hz`);
  }
  return keepEncoded
    ? { name: "audio", kind: "encodedAudio" }
    : { name: "audio", kind: "waveform", sampleRate };
}

/** One sound file as a row has it, or why it has none. */
export async function readSound(
  path: string,
  { sampleRate = 16000, keepEncoded = false, limits = {} }: SoundOptions,
): Promise<
  { readonly audio: Uint8Array | Float32Array } | { readonly dropped: string; readonly detail: string }
> {
  const refuse = (error: unknown): never => {
    throw cannotRead(path, error);
  };
  const { size } = await Deno.stat(path).catch(refuse);
  const mostBytes = 8 * (limits.maxSamples ?? 2 ** 26) + 2 ** 20; // no sample takes more than a float64
  if (size > mostBytes) {
    return { dropped: "is too large", detail: `${path} has ${size} bytes, at most ${mostBytes} are read` };
  }
  const bytes = await Deno.readFile(path).catch(refuse);
  try {
    const waveform = decodeWaveform(bytes, sampleRate, limits);
    if (waveform.length === 0) return { dropped: "holds no samples", detail: path };
    return { audio: keepEncoded ? bytes : waveform };
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    const dropped = error.check === "limit" ? "is too large" : "cannot be decoded";
    return { dropped, detail: `${path}: ${error.message}` };
  }
}
