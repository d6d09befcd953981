/**
 * Sounds: WAV and FLAC to samples, another rate, one loudness, batches of like lengths.
 * @module
 */
export { type AudioCheck, AudioError } from "./audio_error.ts";
export type { AudioLimits } from "./audio_limits.ts";
export { type CropAddress, cropWaveform } from "./crop_waveform.ts";
export { decodeAudio } from "./decode_audio.ts";
export type { DecodedAudio } from "./decoded_audio.ts";
export { decodeFlac } from "./decode_flac.ts";
export { decodeWaveform } from "./decode_waveform.ts";
export { decodeWav } from "./decode_wav.ts";
export { integratedLoudness } from "./integrated_loudness.ts";
export { mixToMono } from "./mix_to_mono.ts";
export { type LevelTarget, normalizeLevel } from "./normalize_level.ts";
export { type PaddedWaveforms, padWaveforms } from "./pad_waveforms.ts";
export { peak } from "./peak.ts";
export { resample, type ResampleOptions } from "./resample.ts";
export { rootMeanSquare } from "./root_mean_square.ts";
export { standardize } from "./standardize.ts";
