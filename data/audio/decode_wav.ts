/**
 * WAV files.
 * @module
 */
import { AudioError } from "./audio_error.ts";
import { type AudioLimits, checkAudioLimits } from "./audio_limits.ts";
import type { DecodedAudio } from "./decoded_audio.ts";
import { alawTable, ulawTable } from "./_g711.ts";

/** What the chunk "fmt " says. */
type WavFormat = {
  readonly encoding: "pcm" | "float" | "alaw" | "ulaw";
  readonly numChannels: number;
  readonly sampleRate: number;
  readonly bytesPerSample: number;
};

/** Where the samples lie. */
type Chunks = { readonly format: Uint8Array; readonly samples: Uint8Array };

const encodings: Readonly<Record<number, WavFormat["encoding"]>> = {
  1: "pcm",
  3: "float",
  6: "alaw",
  7: "ulaw",
};
const widths = { pcm: [1, 2, 3, 4], float: [4, 8], alaw: [1], ulaw: [1] } as const;
const extensible = 0xfffe;
const extensibleTail = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]; // of KSDATAFORMAT_SUBTYPE_…
const leastUnknownSize = 0x7fff_0000; // what programs write that cannot seek back: 2³² − 1, 2³¹ − 1 and a little less

/**
 * Decodes a WAV file: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64, A-law and µ-law, with plain or extensible headers, RIFF or
 * RF64, chunks in any order. An integer of n bits is divided by 2ⁿ⁻¹. A file that a program wrote into a pipe, which leaves
 * the size at its largest value or at 0, is read to its end; any other that is shorter than it says is refused.
 * @param bytes The whole file.
 * @param limits How large the sound may be.
 * @throws {AudioError} If it is no WAV file, contradicts itself, ends too early, has NaNs, or is too large.
 * @see Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991; EBU Tech 3306 for RF64
 */
export function decodeWav(bytes: Uint8Array, limits: AudioLimits = {}): DecodedAudio {
  const { format: header, samples } = findChunks(bytes);
  const format = readFormat(header);
  const frameBytes = format.numChannels * format.bytesPerSample;
  const numFrames = Math.floor(samples.length / frameBytes);
  if (numFrames * frameBytes !== samples.length) {
    throw new AudioError("length", `its ${samples.length} bytes of samples are no multiple of ${frameBytes}`);
  }
  checkAudioLimits(numFrames, format.numChannels, format.sampleRate, limits);
  const channels = Array.from({ length: format.numChannels }, () => new Float32Array(numFrames));
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  for (const [c, channel] of channels.entries()) readChannel(view, c, format, channel);
  return { sampleRate: format.sampleRate, channels };
}

/** The chunks "fmt " and "data", wherever they stand. */
function findChunks(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = tagAt(bytes, 0);
  if (!(magic === "RIFF" || magic === "RF64") || tagAt(bytes, 8) !== "WAVE") {
    throw new AudioError("format", "it does not begin as a WAV file does");
  }
  const neverFilledIn = view.getUint32(4, true) === 0;
  let longSize: number | undefined; // of the samples, by the chunk "ds64"
  let format: Uint8Array | undefined;
  let samples: Uint8Array | undefined;
  for (let at = 12; at + 8 <= bytes.length && !(format && samples);) {
    const tag = tagAt(bytes, at);
    const said = view.getUint32(at + 4, true);
    const rest = bytes.length - (at + 8);
    const isData = tag === "data";
    const streamed = isData && (said >= Math.max(leastUnknownSize, rest) || (said === 0 && neverFilledIn));
    const size = isData && longSize !== undefined ? longSize : streamed ? rest : said;
    if (size > rest) {
      throw new AudioError(
        "length",
        `its chunk ${JSON.stringify(tag)} should have ${size} bytes, the file ends after ${rest}`,
      );
    }
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (tag === "fmt ") format = body;
    else if (isData) samples = body;
    else if (tag === "ds64" && size >= 16) longSize = Number(view.getBigUint64(at + 16, true));
    at += 8 + size;
    if (size % 2 === 1 && bytes[at] === 0) at++; // padding, which some writers forget
  }
  if (!format || !samples) {
    throw new AudioError("header", `it has no chunk ${format ? '"data"' : '"fmt "'}`);
  }
  return { format, samples };
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function readFormat(header: Uint8Array): WavFormat {
  if (header.length < 16) {
    throw new AudioError("header", `its format has ${header.length} bytes instead of 16 or more`);
  }
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const tag = readTag(header, view);
  const encoding = encodings[tag];
  if (encoding === undefined) {
    throw new AudioError(
      "encoding",
      `format ${tag} is not read: convert it to PCM, such as with \`sox in.wav -e signed out.wav\``,
    );
  }
  const numChannels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  const bytesPerSample = frameBytes / numChannels;
  if (numChannels === 0 || sampleRate === 0) {
    throw new AudioError("header", `it has ${numChannels} channels at ${sampleRate} Hz`);
  }
  if (!Number.isInteger(bytesPerSample) || bytesPerSample !== Math.ceil(bits / 8)) {
    throw new AudioError(
      "header",
      `${numChannels} channels of ${bits} bits do not make frames of ${frameBytes} bytes`,
    );
  }
  if (!(widths[encoding] as readonly number[]).includes(bytesPerSample)) {
    throw new AudioError("encoding", `${encoding} of ${bits} bits is not read: convert it to PCM of 16 bits`);
  }
  return { encoding, numChannels, sampleRate, bytesPerSample };
}

/** The format's number, of an extensible header that of its subformat. */
function readTag(header: Uint8Array, view: DataView): number {
  const tag = view.getUint16(0, true);
  if (tag !== extensible) return tag;
  if (header.length < 40) {
    throw new AudioError("header", `its extensible format has ${header.length} bytes instead of 40`);
  }
  if (extensibleTail.some((byte, i) => header[26 + i] !== byte)) {
    throw new AudioError("encoding", "its extensible subformat is none of Microsoft's");
  }
  return view.getUint16(24, true);
}

/** Fills one channel from the frames that hold it. */
function readChannel(view: DataView, index: number, format: WavFormat, channel: Float32Array): void {
  const { bytesPerSample: width, encoding } = format;
  const stride = format.numChannels * width;
  let at = index * width;
  if (encoding === "float") {
    for (let i = 0; i < channel.length; i++, at += stride) {
      channel[i] = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    }
    checkFinite(channel);
  } else if (width === 1) {
    const table = encoding === "pcm" ? pcm8Table : encoding === "alaw" ? alawTable : ulawTable;
    for (let i = 0; i < channel.length; i++, at += stride) channel[i] = table[view.getUint8(at)]!;
  } else if (width === 2) {
    for (let i = 0; i < channel.length; i++, at += stride) channel[i] = view.getInt16(at, true) * 2 ** -15;
  } else if (width === 3) {
    for (let i = 0; i < channel.length; i++, at += stride) {
      channel[i] = (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) * 2 ** -23;
    }
  } else {
    for (let i = 0; i < channel.length; i++, at += stride) channel[i] = view.getInt32(at, true) * 2 ** -31;
  }
}

const pcm8Table = Float32Array.from({ length: 256 }, (_, byte) => (byte - 128) / 128); // 8 bits have no sign

function checkFinite(channel: Float32Array): void {
  for (let i = 0; i < channel.length; i++) {
    if (!Number.isFinite(channel[i])) throw new AudioError("finite", `sample ${i} is ${channel[i]}`);
  }
}
