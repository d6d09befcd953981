import { gifHeader } from "./_gif_header.ts";
import type { Header } from "./_header.ts";
import { jpegHeader } from "./_jpeg_header.ts";
import { pngHeader } from "./_png_header.ts";
import { webpHeader } from "./_webp_header.ts";
import { ImageError } from "./image_error.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The header of an image whose format its first bytes say. */
export function readHeader(bytes: Uint8Array): Header {
  if (startsWith(bytes, PNG)) return pngHeader(bytes);
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return jpegHeader(bytes);
  if (startsWith(bytes, [0x47, 0x49, 0x46, 0x38])) return gifHeader(bytes); // "GIF8"
  const isRiff = startsWith(bytes, [0x52, 0x49, 0x46, 0x46]); // "RIFF", 4 bytes of size, "WEBP"
  if (isRiff && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50])) return webpHeader(bytes);
  const found = bytes.length === 0 ? "is empty" : `begins with the bytes ${hex(bytes.subarray(0, 8))}`;
  throw new ImageError("format", `the file ${found}, as no PNG, JPEG, WebP or GIF does`);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((value, i) => bytes[i] === value);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
