/**
 * What an image's header says.
 * @module
 */
import { readHeader } from "./_read_header.ts";

/** The kinds of image files that are decoded. */
export type ImageFormat = "png" | "jpeg" | "webp" | "gif";

/** What an image is, before a pixel of it is decoded. */
export type ImageInfo = {
  /** By its first bytes; names of files do not matter. */
  readonly format: ImageFormat;
  /** Rows, when it stands upright. */
  readonly height: number;
  /** Columns, when it stands upright. */
  readonly width: number;
  /** In the file: 1 grey, 2 grey and alpha, 3 colour (a palette too), 4 colour and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
};

/**
 * The format and size of an image, from its header alone: as fast for a large image as for a small one.
 *
 * The size is that of the upright image, as `decodeImage()` gives it: a JPEG that its EXIF orientation turns by 90° has height and width
 * exchanged.
 * @param bytes The file, or at least its header.
 * @throws {ImageError} If the bytes are no image, or one of a kind that is not decoded.
 */
export function imageInfo(bytes: Uint8Array): ImageInfo {
  const header = readHeader(bytes);
  const { format, height, width, channels } = header;
  const lies = header.format === "jpeg" && header.orientation >= 5;
  return { format, height: lies ? width : height, width: lies ? height : width, channels };
}
