/**
 * Which JPEG decoder is at work.
 * @module
 */
import { turboJpeg } from "./_turbo_jpeg.ts";

/**
 * What decodes JPEG in this thread, for a reader: "libjpeg-turbo at /usr/lib/…" where the system has that library and the program may
 * load it (`--allow-ffi=` and its path), "libjpeg-turbo in WebAssembly" otherwise, which takes two to three times as long. Their pixels are the same.
 */
export function jpegDecoder(): string {
  return turboJpeg().description;
}
