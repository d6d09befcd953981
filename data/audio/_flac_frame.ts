import { AudioError } from "./audio_error.ts";
import type { BitReader } from "./_bit_reader.ts";
import { crc16, crc8 } from "./_crc.ts";
import type { FlacStreamInfo } from "./_flac_stream_info.ts";

const sync = 0b111111111111100; // 14 bits and a reserved zero
const bitsOfCode = [0, 8, 12, -1, 16, 20, 24, -1]; // 0: as the stream says
const [leftSide, sideRight, midSide] = [8, 9, 10];

/**
 * Decodes the next frame, in the order of RFC 9639, §9.
 * @param reader At the frame's first byte; afterwards at the next one's.
 * @param info Of the stream.
 * @param position Samples before this frame; a frame that says another is refused.
 * @param blocks [C][65,536], where the samples go.
 * @returns How many samples a channel it has.
 */
export function readFlacFrame(
  reader: BitReader,
  info: FlacStreamInfo,
  position: number,
  blocks: readonly Int32Array[],
): number {
  const start = reader.byte;
  const { blockSize, assignment } = readHeader(reader, info, position);
  const side = assignment === sideRight ? 0 : assignment >= leftSide ? 1 : -1; // a difference takes a bit more
  for (const [c, block] of blocks.entries()) {
    readSubframe(reader, info.bitsPerSample + (c === side ? 1 : 0), block, blockSize);
  }
  reader.align();
  const computed = crc16(reader.since(start));
  if (reader.unsigned(16) !== computed) {
    throw new AudioError("checksum", `the frame at byte ${start} is not what its CRC-16 says`);
  }
  if (assignment >= leftSide) joinStereo(assignment, blocks[0]!, blocks[1]!, blockSize);
  return blockSize;
}

/** The header of a frame, which must agree with the stream's. */
function readHeader(reader: BitReader, info: FlacStreamInfo, position: number) {
  const start = reader.byte;
  const fail = (found: string): never => {
    throw new AudioError("header", `the frame at byte ${start} ${found}`);
  };
  if (reader.unsigned(15) !== sync) fail("does not begin as a frame does");
  const variable = reader.unsigned(1) === 1;
  const sizeCode = reader.unsigned(4);
  const rateCode = reader.unsigned(4);
  const assignment = reader.unsigned(4);
  const bits = bitsOfCode[reader.unsigned(3)]!;
  reader.skip(1);
  const number = readCodedNumber(reader);
  const blockSize = readBlockSize(reader, sizeCode);
  if (rateCode >= 12) reader.skip(rateCode === 12 ? 8 : 16); // the rate anew, which the stream has said
  const computed = crc8(reader.since(start));
  if (reader.unsigned(8) !== computed) {
    throw new AudioError("checksum", `the header of the frame at byte ${start} is not what its CRC-8 says`);
  }
  const numChannels = assignment < leftSide ? assignment + 1 : 2;
  if (assignment > midSide) fail(`has the unknown channels ${assignment}`);
  if (numChannels !== info.numChannels) fail(`has ${numChannels} channels, the file ${info.numChannels}`);
  if (bits !== 0 && bits !== info.bitsPerSample) {
    fail(`has ${bits} bits a sample, the file ${info.bitsPerSample}`);
  }
  if (blockSize === 0) fail("has an unknown size");
  const found = variable ? number : number * info.maxBlockSize;
  if (found !== position) {
    throw new AudioError(
      "length",
      `the frame at byte ${start} begins with sample ${found}, not with ${position}: some are missing`,
    );
  }
  return { blockSize, assignment };
}

/** A number as UTF-8 codes it, but with up to 36 bits. */
function readCodedNumber(reader: BitReader): number {
  const first = reader.unsigned(8);
  const length = Math.clz32(~(first << 24)); // ones before the first zero
  if (length === 0) return first;
  let value = length >= 7 ? 0 : first & (127 >> length);
  for (let i = 1; i < length; i++) value = value * 64 + (reader.unsigned(8) & 63);
  return value;
}

/** Samples a channel; 0 for the reserved code. */
function readBlockSize(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 576 << (code - 2);
  if (code === 6) return reader.unsigned(8) + 1;
  if (code === 7) return reader.unsigned(16) + 1;
  return code === 0 ? 0 : 256 << (code - 8);
}

/** One channel of a frame: constant, as they are, or what a polynomial or linear prediction leaves. */
function readSubframe(reader: BitReader, bitsPerSample: number, out: Int32Array, size: number): void {
  reader.skip(1);
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0;
  const bits = bitsPerSample - wasted;
  if (bits < 1) throw new AudioError("header", `a channel has ${wasted} unused bits of ${bitsPerSample}`);
  if (type === 0) out.fill(reader.signed(bits), 0, size);
  else if (type === 1) readVerbatim(reader, bits, out, size);
  else if (type >= 8 && type <= 12) readFixed(reader, type - 8, bits, out, size);
  else if (type >= 32) readLinear(reader, type - 31, bits, out, size);
  else throw new AudioError("header", `a channel is of the unknown kind ${type}`);
  for (let i = 0; wasted > 0 && i < size; i++) out[i]! <<= wasted;
}

function readVerbatim(reader: BitReader, bits: number, out: Int32Array, size: number): void {
  for (let i = 0; i < size; i++) out[i] = reader.signed(bits);
}

/** Undoes differences of order 0…4. */
function readFixed(reader: BitReader, order: number, bits: number, out: Int32Array, size: number): void {
  readWarmUp(reader, order, bits, out, size);
  readResidual(reader, order, out, size);
  for (let pass = 0; pass < order; pass++) undoDifference(out, order, pass, size);
}

/** Adds up differences once: the first value to add to is the warm-up's difference of one order less. */
function undoDifference(out: Int32Array, order: number, pass: number, size: number): void {
  const warmUp = Array.from(out.subarray(0, order));
  for (let k = 0; k < order - 1 - pass; k++) {
    for (let i = warmUp.length - 1; i > 0; i--) warmUp[i]! -= warmUp[i - 1]!;
    warmUp.shift();
  }
  let sum = warmUp.at(-1)!;
  for (let i = order; i < size; i++) out[i] = sum = (sum + out[i]!) | 0;
}

/** Adds what linear prediction says to what it leaves. */
function readLinear(reader: BitReader, order: number, bits: number, out: Int32Array, size: number): void {
  readWarmUp(reader, order, bits, out, size);
  const precision = reader.unsigned(4) + 1;
  const shift = reader.signed(5);
  if (precision === 16 || shift < 0) {
    throw new AudioError("header", `a prediction has precision ${precision} and shift ${shift}`);
  }
  const weights = new Int32Array(order); // of the nearest sample first
  for (let i = 0; i < order; i++) weights[i] = reader.signed(precision);
  readResidual(reader, order, out, size);
  if (bits + precision + Math.ceil(Math.log2(order)) <= 32) predictNarrow(weights, shift, out, size);
  else predictWide(weights, 2 ** -shift, out, size);
}

/** Sums fit into 32 bits. */
function predictNarrow(weights: Int32Array, shift: number, out: Int32Array, size: number): void {
  const order = weights.length;
  for (let i = order; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < order; k++) sum = (sum + Math.imul(weights[k]!, out[i - 1 - k]!)) | 0;
    out[i]! += sum >> shift;
  }
}

/** Sums fit into the 53 bits of a number: 15 of a weight, 25 of a sample, 5 of 32 terms. */
function predictWide(weights: Int32Array, scale: number, out: Int32Array, size: number): void {
  const order = weights.length;
  for (let i = order; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < order; k++) sum += weights[k]! * out[i - 1 - k]!;
    out[i]! += Math.floor(sum * scale);
  }
}

function readWarmUp(reader: BitReader, order: number, bits: number, out: Int32Array, size: number): void {
  if (order > size) {
    throw new AudioError("header", `a prediction from ${order} samples is in a frame of ${size}`);
  }
  for (let i = 0; i < order; i++) out[i] = reader.signed(bits);
}

/** What prediction leaves, in parts with a Rice parameter each. */
function readResidual(reader: BitReader, order: number, out: Int32Array, size: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new AudioError("header", `a residual is coded by the unknown method ${method}`);
  const parameterBits = method === 0 ? 4 : 5;
  const numParts = 2 ** reader.unsigned(4);
  const partSize = size / numParts;
  if (!Number.isInteger(partSize) || partSize < order) {
    throw new AudioError("header", `a frame of ${size} samples is cut into ${numParts} parts`);
  }
  for (let part = 0; part < numParts; part++) {
    const parameter = reader.unsigned(parameterBits);
    const [from, to] = [part === 0 ? order : part * partSize, (part + 1) * partSize];
    if (parameter < 2 ** parameterBits - 1) {
      reader.rice(parameter, out, from, to);
      continue;
    }
    const bits = reader.unsigned(5); // not coded at all
    if (bits === 0) out.fill(0, from, to);
    else for (let i = from; i < to; i++) out[i] = reader.signed(bits);
  }
}

/** Left and right from one of them and their difference, or from mean and difference. */
function joinStereo(assignment: number, first: Int32Array, second: Int32Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const [a, b] = [first[i]!, second[i]!];
    if (assignment === leftSide) second[i] = a - b;
    else if (assignment === sideRight) first[i] = a + b;
    else {
      const twice = (a << 1) | (b & 1); // the bit that the mean has lost is the difference's last
      first[i] = (twice + b) >> 1;
      second[i] = (twice - b) >> 1;
    }
  }
}
