import { HeaderBytes, type PngHeader, requirePixels } from "./_header.ts";
import { ImageError } from "./image_error.ts";

const CHANNELS: Readonly<Record<number, 1 | 2 | 3 | 4>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }; // by colour type
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** IHDR, which comes first (PNG, third edition, §11.2.1). */
export function pngHeader(bytes: Uint8Array): PngHeader {
  const header = new HeaderBytes(bytes, "PNG");
  const [length, type] = [header.uint(8, 4), header.text(12, 4)];
  if (type !== "IHDR" || length !== 13) {
    throw new ImageError(
      "header",
      `the PNG file begins with a ${type} chunk of ${length} bytes, not with IHDR of 13`,
    );
  }
  const [width, height] = [header.uint(16, 4), header.uint(20, 4)];
  requirePixels("PNG", height, width);
  const [bitDepth, colorType, compression, filter, interlace] = [24, 25, 26, 27, 28].map((at) =>
    header.uint(at, 1)
  ) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (!BIT_DEPTHS[colorType]?.includes(bitDepth) || compression !== 0 || filter !== 0 || interlace > 1) {
    const values =
      `bit depth ${bitDepth}, colour type ${colorType}, compression ${compression}, filter ${filter}`;
    throw new ImageError(
      "header",
      `the PNG file says ${values}, interlace ${interlace}, which PNG does not have`,
    );
  }
  return {
    format: "png",
    height,
    width,
    channels: CHANNELS[colorType]!,
    bitDepth,
    colorType,
    interlaced: interlace === 1,
  };
}
