/**
 * Images from their files' bytes.
 * @module
 */
import { decodeGif } from "./_decode_gif.ts";
import { decodeJpeg } from "./_decode_jpeg.ts";
import { decodePng } from "./_decode_png.ts";
import { decodeWebp } from "./_decode_webp.ts";
import type { Header } from "./_header.ts";
import type { Allocate, RawImage } from "./_raw_image.ts";
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
  /**
   * A JPEG whose shorter side is at least 2, 4 or 8 times as long is decoded at 1/2, 1/4 or 1/8 of its size, several times as fast: for
   * those who will make it smaller anyhow. Default: full size.
   */
  readonly minSize?: number;
  /** Whether a JPEG is turned as its EXIF orientation says, as viewers do; Pillow and torchvision by themselves do not. Default "apply". */
  readonly orientation?: "apply" | "ignore";
  /** What to do with a JPEG that is cut short or contradicts itself, but can be decoded in part. Default "refuse". */
  readonly damaged?: "refuse" | "keep";
  /**
   * How many rows from the top are needed, ≥ 1: of a baseline JPEG that stands upright the others need not be decoded, and are undefined.
   * What is wrong with them goes unnoticed. Default: all.
   */
  readonly rows?: number;
  /**
   * Gives the memory for a JPEG's pixels, at least so many bytes and of any contents. Fresh memory takes the system a quarter of the time
   * that decoding takes: who decodes many images can give the same again. Default: fresh memory.
   */
  readonly allocate?: (numBytes: number) => Uint8Array<ArrayBuffer>;
};

/** 64 megapixels: 192 MiB in colour. */
const MAX_PIXELS = 2 ** 26;

/**
 * Decodes a PNG, JPEG, WebP or GIF, whichever its first bytes say.
 *
 * Its size is checked in the header before a pixel is decoded. Of a GIF, it is the first image. Grey is luma, 0.299 R + 0.587 G +
 * 0.114 B; of 16 bits, the upper 8 are kept; colour profiles are ignored.
 *
 * No permission is needed. JPEG and WebP are decoded by the system's libjpeg-turbo and libwebp, in about half the time, where the
 * program may load these: see `jpegDecoder()`.
 *
 * @example
 * ```ts
 * import { decodeImage } from "@lacuna/data/images";
 * import assert from "node:assert/strict";
 *
 * const gif = Uint8Array.fromBase64("R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==");
 * assert.deepEqual(decodeImage(gif), { height: 1, width: 1, channels: 3, pixels: Uint8Array.of(255, 0, 0) });
 * ```
 * @param bytes The whole file.
 * @param options What to make of it.
 * @throws {ImageError} If the bytes are no image, are cut short or damaged, or the image is larger than `maxPixels`.
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): DecodedImage {
  const { channels = 3, background = 255, maxPixels = MAX_PIXELS } = options;
  const header = readHeader(bytes);
  requireSize(header, maxPixels);
  return toChannels(decode(bytes, header, options), channels, background);
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

function decode(bytes: Uint8Array, header: Header, options: DecodeOptions): RawImage {
  switch (header.format) {
    case "png":
      return decodePng(bytes, header);
    case "jpeg": {
      const { channels = 3, minSize, orientation = "apply", damaged = "refuse", rows } = options;
      const allocate = allocatorOf(options);
      return decodeJpeg(bytes, header, { channels, minSize, orientation, damaged, rows, allocate });
    }
    case "webp":
      return decodeWebp(bytes, header);
    case "gif":
      return decodeGif(bytes, header);
  }
}

function allocatorOf({ allocate }: DecodeOptions): Allocate {
  if (allocate === undefined) return (numBytes) => new Uint8Array(numBytes);
  return (numBytes) => {
    const memory = allocate(numBytes);
    if (memory.length >= numBytes) return memory.subarray(0, numBytes);
    throw new RangeError(
      `Cannot decode ${numBytes} bytes of pixels to the ${memory.length} that \`allocate\` gave`,
    );
  };
}
