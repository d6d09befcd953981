/**
 * Images from their files' bytes.
 * @module
 */
import { decodePng } from "./_decode_png.ts";
import type { Header } from "./_header.ts";
import type { RawImage } from "./_raw_image.ts";
import { readHeader } from "./_read_header.ts";
import { toChannels } from "./_to_channels.ts";
import type { DecodedImage } from "./decoded_image.ts";
import { ImageError } from "./image_error.ts";

/** How an image is decoded. */
export type DecodeOptions = {
  /** 1 grey, 3 colour, 4 colour and alpha, whatever the file has. Default 3. */
  readonly channels?: 1 | 3 | 4;
  /** Where there is transparency and no alpha was asked for, what shows through: 0 black … 255 white. Default 255. */
  readonly background?: number;
  /** The largest H · W that is decoded, ≥ 1. Default 2²⁶ = 64 megapixels. */
  readonly maxPixels?: number;
};

/** 64 megapixels: 192 MiB in colour. */
const MAX_PIXELS = 2 ** 26;

/**
 * Decodes a PNG, known by its first bytes.
 *
 * Its size is checked in the header before a pixel is decoded.
 * @param bytes The whole file.
 * @param options What to make of it.
 * @throws {ImageError} If the bytes are no image, are cut short or damaged, or the image is larger than `maxPixels`.
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): DecodedImage {
  const { channels = 3, background = 255, maxPixels = MAX_PIXELS } = options;
  const header = readHeader(bytes);
  requireSize(header, maxPixels);
  return toChannels(decode(bytes, header), channels, background);
}

function requireSize({ format, height, width }: Header, maxPixels: number): void {
  if (height * width > maxPixels) {
    const size = `${height} × ${width} pixels`;
    throw new ImageError(
      "size",
      `the ${format} file says that it has ${size}, more than maxPixels, ${maxPixels}`,
    );
  }
}

function decode(bytes: Uint8Array, header: Header): RawImage {
  if (header.format === "png") return decodePng(bytes, header);
  throw new ImageError("supported", `${header.format} is not decoded`);
}
