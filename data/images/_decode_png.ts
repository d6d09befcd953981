import { crc32, inflateSync } from "node:zlib";
import type { PngHeader } from "./_header.ts";
import { unfilter } from "./_png_filters.ts";
import type { RawImage } from "./_raw_image.ts";
import { ImageError } from "./image_error.ts";

/** The chunks that say what the pixels are. */
type Chunks = {
  readonly data: Uint8Array;
  readonly palette: Uint8Array;
  readonly transparency: Uint8Array | undefined;
};

/** Some pixels of an image, evenly spaced: all of them, or one pass of an interlaced one (PNG, third edition, §8.1). */
type Pass = { readonly x: number; readonly y: number; readonly dx: number; readonly dy: number };

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/**
 * The pixels of a PNG file. Every checksum is verified, and the data must inflate to exactly as many bytes as the header says: not one
 * more is ever held. Of 16 bits the upper 8 are kept, as libpng's and Pillow's conversion to 8 bits does.
 */
export function decodePng(bytes: Uint8Array, header: PngHeader): RawImage {
  const { data, palette, transparency } = chunksOf(bytes);
  const samplesPerPixel = header.colorType === 3 ? 1 : header.channels;
  const bitsPerPixel = samplesPerPixel * header.bitDepth;
  const passes = (header.interlaced ? ADAM7 : WHOLE).map((pass) => {
    const height = Math.ceil((header.height - pass.y) / pass.dy);
    const width = Math.ceil((header.width - pass.x) / pass.dx);
    return { ...pass, height, width, rowBytes: Math.ceil(width * bitsPerPixel / 8) };
  }).filter(({ height, width }) => height > 0 && width > 0);
  const numBytes = passes.reduce((sum, { height, rowBytes }) => sum + height * (1 + rowBytes), 0);
  const inflated = inflate(data, numBytes);

  const depthBytes = header.bitDepth === 16 ? 2 : 1;
  const stored = new Uint8Array(header.height * header.width * samplesPerPixel * depthBytes);
  let from = 0;
  for (const { x, y, dx, dy, height, width, rowBytes } of passes) {
    const rows = unfilter(
      inflated.subarray(from, from += height * (1 + rowBytes)),
      height,
      rowBytes,
      Math.ceil(bitsPerPixel / 8),
    );
    const samples = header.bitDepth < 8 ? unpacked(rows, height, width, rowBytes, header.bitDepth) : rows;
    if (dx === 1 && dy === 1) stored.set(samples);
    else {
      const pixelBytes = samplesPerPixel * depthBytes;
      for (let row = 0, at = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const to = ((y + row * dy) * header.width + x + column * dx) * pixelBytes;
          for (let i = 0; i < pixelBytes; i++) stored[to + i] = samples[at++]!;
        }
      }
    }
  }
  if (header.colorType === 3) return looked(stored, header, palette, transparency);
  return keyed(stored, header, transparency);
}

function chunksOf(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette = new Uint8Array();
  let transparency: Uint8Array | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new ImageError(
        "data",
        `the checksum of the PNG file's chunk ${JSON.stringify(type)} at byte ${at} is wrong`,
      );
    }
    const body = bytes.subarray(at + 8, end);
    if (type === "IEND") return { data: joined(parts), palette, transparency };
    if (type === "IDAT") parts.push(body);
    else if (type === "PLTE") palette = new Uint8Array(body);
    else if (type === "tRNS") transparency = body;
    at = end + 4;
  }
  throw new ImageError("data", `the PNG file ends after ${bytes.length} bytes, before its end chunk`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function inflate(data: Uint8Array, numBytes: number): Uint8Array {
  let inflated: Uint8Array;
  try {
    const chunkSize = Math.min(Math.max(numBytes + 1, 64), 2 ** 20);
    inflated = inflateSync(data, { maxOutputLength: numBytes, chunkSize });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ImageError("data", `the PNG file's data do not inflate to ${numBytes} bytes (${reason})`, {
      cause,
    });
  }
  if (inflated.length !== numBytes) {
    throw new ImageError("data", `the PNG file's data inflate to ${inflated.length} bytes, not ${numBytes}`);
  }
  return inflated;
}

/** Samples of 1, 2 or 4 bits, each row beginning at a byte, as one byte each: 0…2^bits − 1. */
function unpacked(
  rows: Uint8Array,
  height: number,
  width: number,
  rowBytes: number,
  bits: number,
): Uint8Array {
  const samples = new Uint8Array(height * width);
  const [perByte, mask] = [8 / bits, 2 ** bits - 1];
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const byte = rows[row * rowBytes + Math.floor(column / perByte)]!;
      samples[at++] = byte >> (perByte - 1 - column % perByte) * bits & mask;
    }
  }
  return samples;
}

/** Indices as colours of the palette, with alpha if there is transparency. */
function looked(
  indices: Uint8Array,
  { height, width }: PngHeader,
  palette: Uint8Array,
  transparency: Uint8Array | undefined,
): RawImage {
  const numColors = palette.length / 3;
  const channels = transparency === undefined ? 3 : 4;
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0, to = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= numColors) {
      throw new ImageError("data", `the PNG file uses color ${index} of a palette of ${numColors}`);
    }
    pixels[to++] = palette[index * 3]!;
    pixels[to++] = palette[index * 3 + 1]!;
    pixels[to++] = palette[index * 3 + 2]!;
    if (transparency !== undefined) pixels[to++] = transparency[index] ?? 255;
  }
  return { height, width, channels, pixels };
}

/** Samples as 0…255, with alpha if one colour is said to be transparent. */
function keyed(
  stored: Uint8Array<ArrayBuffer>,
  header: PngHeader,
  transparency: Uint8Array | undefined,
): RawImage {
  const { height, width, channels, bitDepth } = header;
  const pixels = bitDepth === 8 ? stored : scaled(stored, bitDepth);
  if (transparency === undefined || (channels !== 1 && channels !== 3)) {
    return { height, width, channels, pixels };
  }
  const bytesPerSample = bitDepth === 16 ? 2 : 1;
  const key = transparency.subarray(0, channels * 2); // two bytes a sample, whatever the depth
  const keyBytes = Array.from(
    { length: channels * bytesPerSample },
    (_, i) => key[bytesPerSample === 2 ? i : 2 * i + 1],
  );
  const withAlpha = new Uint8Array(height * width * (channels + 1));
  for (let i = 0, to = 0; i < height * width; i++) {
    for (let c = 0; c < channels; c++) withAlpha[to++] = pixels[i * channels + c]!;
    withAlpha[to++] = keyBytes.every((value, k) => stored[i * keyBytes.length + k] === value) ? 0 : 255;
  }
  return { height, width, channels: channels === 1 ? 2 : 4, pixels: withAlpha };
}

function scaled(stored: Uint8Array, bitDepth: number): Uint8Array<ArrayBuffer> {
  if (bitDepth === 16) return Uint8Array.from({ length: stored.length / 2 }, (_, i) => stored[2 * i]!);
  const factor = 255 / (2 ** bitDepth - 1); // 255, 85 or 17
  return Uint8Array.from(stored, (sample) => sample * factor);
}
