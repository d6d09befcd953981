import { AudioError } from "./audio_error.ts";

/** What a FLAC file says about itself. */
export type FlacStreamInfo = {
  readonly maxBlockSize: number;
  readonly sampleRate: number;
  readonly numChannels: number;
  readonly bitsPerSample: number;
  /** Samples of each channel; 0 if the encoder did not know. */
  readonly numFrames: number;
  /** MD5 of the samples in hexadecimal; all zeros if the encoder did not know. */
  readonly md5: string;
  /** Byte at which the first frame begins. */
  readonly firstFrame: number;
};

/** Reads the metadata of a FLAC file; what is not about its samples is passed over. */
export function flacStreamInfo(bytes: Uint8Array): FlacStreamInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = endOfId3(bytes);
  if (bytes.length < start + 4 || view.getUint32(start) !== 0x664c6143) { // "fLaC"
    throw new AudioError("format", "it does not begin as a FLAC file does");
  }
  let info: Omit<FlacStreamInfo, "firstFrame"> | undefined;
  for (let at = start + 4, last = false; !last;) {
    if (at + 4 > bytes.length) throw new AudioError("length", "it ends within its metadata");
    const head = view.getUint32(at);
    const size = head & 0xffffff;
    last = head >>> 31 === 1;
    if (at + 4 + size > bytes.length) throw new AudioError("length", "it ends within its metadata");
    if (!info) {
      if ((head >>> 24 & 127) !== 0 || size < 34) {
        throw new AudioError("header", "its first metadata are not STREAMINFO");
      }
      info = parse(view, at + 4, bytes);
    }
    at += 4 + size;
    if (last) return { ...info, firstFrame: at };
  }
  throw new AudioError("header", "it has no metadata");
}

function parse(view: DataView, at: number, bytes: Uint8Array): Omit<FlacStreamInfo, "firstFrame"> {
  const word = view.getUint32(at + 10); // 20 bits of rate, 3 of channels, 5 of width, 4 of length
  const sampleRate = word >>> 12;
  const bitsPerSample = ((word >>> 4) & 31) + 1;
  if (sampleRate === 0) throw new AudioError("header", "its sample rate is 0 Hz");
  if (bitsPerSample > 24) {
    throw new AudioError(
      "encoding",
      `${bitsPerSample} bits a sample are not read: convert it to 24 or fewer`,
    );
  }
  return {
    maxBlockSize: view.getUint16(at + 2),
    sampleRate,
    numChannels: ((word >>> 9) & 7) + 1,
    bitsPerSample,
    numFrames: (word & 15) * 2 ** 32 + view.getUint32(at + 14),
    md5: Array.from(bytes.subarray(at + 18, at + 34), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}

/** Where the sound begins if an ID3v2 tag stands before it: its length is in 4 bytes of 7 bits. */
function endOfId3(bytes: Uint8Array): number {
  const tagged = bytes.length >= 10 && bytes[0] === 0x49 && bytes[1] === 0x44 && bytes[2] === 0x33;
  return tagged ? 10 + bytes.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 127), 0) : 0;
}
