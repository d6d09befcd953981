import { crc32, deflateSync } from "node:zlib";
import { Buffer } from "node:buffer";

/**
 * A PNG of 8-bit RGBA pixels as a data URI.
 * @param pixels [H, W, 4], 0…255.
 * @see PNG, W3C Recommendation (third edition), §5 "Datastream structure" and §11 "Chunk specifications"
 */
export function pngDataUri(pixels: Uint8Array, height: number, width: number): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8); // bits a sample, red-green-blue-alpha; compression, filter and interlace stay 0
  const rows = Buffer.alloc(height * (1 + 4 * width)); // each row starts with its filter, 0 = none
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * 4 * width, (y + 1) * 4 * width), y * (1 + 4 * width) + 1);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const png = Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** Length, type, data, and the checksum of type and data. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
