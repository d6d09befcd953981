import { crc32 } from "node:zlib";

/** What a PNG file says; whether it is true is not checked. */
export type PngParts = {
  readonly height: number;
  readonly width: number;
  readonly colorType: number;
  /** Of IDAT. */
  readonly data: Uint8Array;
};

/** A PNG file of 8 bits, not interlaced. */
export function pngFile({ height, width, colorType, data }: PngParts): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colorType], 8);
  return joinedChunks([["IHDR", header], ["IDAT", data], ["IEND", new Uint8Array()]]);
}

/** The signature, and each chunk with its checksum. */
function joinedChunks(
  chunks: readonly (readonly [type: string, body: Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(8 + chunks.reduce((sum, [, body]) => sum + 12 + body.length, 0));
  const view = new DataView(file.buffer);
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  let at = 8;
  for (const [type, body] of chunks) {
    view.setUint32(at, body.length);
    file.set(new TextEncoder().encode(type), at + 4);
    file.set(body, at + 8);
    const end = at + 8 + body.length;
    view.setUint32(end, crc32(file.subarray(at + 4, end)));
    at = end + 4;
  }
  return file;
}
