import { createHash } from "node:crypto";
import { crc16, crc8 } from "./_crc.ts";

/** For tests: how a FLAC file is written. */
export type FlacWriting = {
  readonly sampleRate?: number;
  readonly bitsPerSample?: number;
  /** Integers, one array a channel. */
  readonly channels: readonly (readonly number[])[];
  readonly blockSize?: number;
  /** How a block is coded; "fixed0"…"fixed4" are differences. */
  readonly coding?: "constant" | "verbatim" | `fixed${0 | 1 | 2 | 3 | 4}` | "escaped";
  /** Zeros at the end of every sample that are not written. */
  readonly wasted?: number;
  /** How two channels are written: as they are, left and difference, difference and right, mean and difference. */
  readonly stereo?: 1 | 8 | 9 | 10;
  /** What the header says, in the place of the truth. */
  readonly says?: { readonly numFrames?: number; readonly md5?: readonly number[] };
};

/** Bits, the most significant first. */
class BitWriter {
  readonly #bits: number[] = [];
  put(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push(Math.floor(value / 2 ** bit) & 1);
    return this;
  }
  unary(zeros: number): this {
    for (let i = 0; i < zeros; i++) this.#bits.push(0);
    return this.put(1, 1);
  }
  bytes(): number[] {
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    const out: number[] = [];
    for (let i = 0; i < this.#bits.length; i += 8) out.push(parseInt(this.#bits.slice(i, i + 8).join(""), 2));
    return out;
  }
}

/** For tests: a FLAC file, in the plainest way. */
export function writeFlac(writing: FlacWriting): Uint8Array<ArrayBuffer> {
  const { channels, sampleRate = 8000, bitsPerSample = 16, blockSize = 16, says } = writing;
  const numFrames = channels[0]!.length;
  const info = new BitWriter().put(blockSize, 16).put(blockSize, 16).put(0, 48).put(sampleRate, 20);
  info.put(channels.length - 1, 3).put(bitsPerSample - 1, 5).put(says?.numFrames ?? numFrames, 36);
  const out = [0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34, ...info.bytes(), ...(says?.md5 ?? md5Of(writing))];
  for (let at = 0; at < numFrames; at += blockSize) {
    const block = channels.map((channel) => channel.slice(at, at + blockSize));
    out.push(...frame(writing, block, at / blockSize));
  }
  return Uint8Array.from(out);
}

function md5Of({ channels, bitsPerSample = 16 }: FlacWriting): number[] {
  const width = Math.ceil(bitsPerSample / 8);
  const bytes = channels[0]!.flatMap((_, i) =>
    channels.flatMap((channel) =>
      Array.from({ length: width }, (_, byte) => (channel[i]! >> (8 * byte)) & 255)
    )
  );
  return [...createHash("md5").update(Uint8Array.from(bytes)).digest()];
}

function frame(writing: FlacWriting, block: readonly (readonly number[])[], number: number): number[] {
  const { bitsPerSample = 16, stereo = 1, wasted = 0 } = writing;
  const assignment = block.length === 2 ? stereo : block.length - 1;
  const head = new BitWriter().put(0b111111111111100, 15).put(0, 1).put(7, 4).put(0, 4);
  head.put(assignment, 4).put(0, 3).put(0, 1).put(number, 8).put(block[0]!.length - 1, 16);
  const bytes = head.bytes();
  bytes.push(crc8(Uint8Array.from(bytes)));
  const body = new BitWriter();
  const [left, right] = block;
  const side = left!.map((value, i) => value - (right?.[i] ?? 0));
  const written = assignment === 8
    ? [left!, side]
    : assignment === 9
    ? [side, right!]
    : assignment === 10
    ? [left!.map((value, i) => (value + right![i]!) >> 1), side]
    : block;
  for (const channel of written) {
    const bits = bitsPerSample + (channel === side && assignment >= 8 ? 1 : 0) - wasted;
    subframe(body, channel.map((value) => value >> wasted), bits, writing);
  }
  bytes.push(...body.bytes());
  const crc = crc16(Uint8Array.from(bytes));
  return [...bytes, crc >> 8, crc & 255];
}

function subframe(out: BitWriter, samples: readonly number[], bits: number, writing: FlacWriting): void {
  const { coding = "verbatim", wasted = 0 } = writing;
  const wrap = (value: number) => value < 0 ? value + 2 ** bits : value;
  const order = coding.startsWith("fixed") ? Number(coding[5]) : 0;
  const type = coding === "constant" ? 0 : coding === "verbatim" ? 1 : 8 + order;
  out.put(0, 1).put(type, 6).put(wasted > 0 ? 1 : 0, 1);
  if (wasted > 0) out.unary(wasted - 1);
  if (type < 8) {
    for (const value of type === 0 ? samples.slice(0, 1) : samples) out.put(wrap(value), bits);
    return;
  }
  for (const value of samples.slice(0, order)) out.put(wrap(value), bits);
  let residual = [...samples];
  for (let pass = 0; pass < order; pass++) {
    residual = residual.slice(1).map((value, i) => value - residual[i]!);
  }
  if (coding === "escaped") {
    out.put(0, 2).put(0, 4).put(15, 4).put(bits, 5);
    for (const value of residual) out.put(wrap(value), bits);
    return;
  }
  const parameter = 6;
  out.put(0, 2).put(0, 4).put(parameter, 4);
  for (const value of residual) {
    const code = value >= 0 ? 2 * value : -2 * value - 1;
    out.unary(Math.floor(code / 2 ** parameter)).put(code % 2 ** parameter, parameter);
  }
}
