import { type GifHeader, HeaderBytes, requirePixels } from "./_header.ts";

/** The logical screen (GIF89a, §18). */
export function gifHeader(bytes: Uint8Array): GifHeader {
  const header = new HeaderBytes(bytes, "GIF");
  const [width, height] = [header.uint(6, 2, true), header.uint(8, 2, true)];
  requirePixels("GIF", height, width);
  return { format: "gif", height, width, channels: 3 };
}
