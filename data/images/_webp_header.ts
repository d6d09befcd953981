import { HeaderBytes, requirePixels, type WebpHeader } from "./_header.ts";
import { ImageError } from "./image_error.ts";

/** The first chunk: VP8X, VP8L or VP8 (RFC 9649, §2). */
export function webpHeader(bytes: Uint8Array): WebpHeader {
  const header = new HeaderBytes(bytes, "WebP");
  const found = canvas(header);
  requirePixels("WebP", found.height, found.width);
  return { format: "webp", ...found };
}

function canvas(header: HeaderBytes): Omit<WebpHeader, "format"> {
  const type = header.text(12, 4);
  switch (type) {
    case "VP8X": {
      const flags = header.uint(20, 1);
      return {
        width: header.uint(24, 3, true) + 1,
        height: header.uint(27, 3, true) + 1,
        channels: (flags & 0x10) !== 0 ? 4 : 3,
        animated: (flags & 0x02) !== 0,
      };
    }
    case "VP8L": {
      if (header.uint(20, 1) !== 0x2f) {
        throw new ImageError("header", "the WebP file's VP8L chunk has no signature");
      }
      const bits = header.uint(21, 4, true); // 14 bits of width − 1, 14 bits of height − 1, alpha
      return {
        width: (bits & 0x3fff) + 1,
        height: (bits >>> 14 & 0x3fff) + 1,
        channels: (bits >>> 28 & 1) !== 0 ? 4 : 3,
        animated: false,
      };
    }
    case "VP8 ": {
      if (header.uint(23, 3) !== 0x9d012a) {
        throw new ImageError("header", "the WebP file's VP8 chunk has no start code");
      }
      return {
        width: header.uint(26, 2, true) & 0x3fff, // the two bits above are a scale for display
        height: header.uint(28, 2, true) & 0x3fff,
        channels: 3,
        animated: false,
      };
    }
    default:
      throw new ImageError("header", `the WebP file begins with a chunk ${JSON.stringify(type)}`);
  }
}
