import type { JpegHeader } from "./_header.ts";
import { oriented } from "./_oriented.ts";
import type { Allocate, RawImage } from "./_raw_image.ts";
import { type Decompression, pixelFormat, turboJpeg } from "./_turbo_jpeg.ts";
import { ImageError } from "./image_error.ts";

/** What is asked of a JPEG. */
export type JpegOptions = {
  readonly channels: 1 | 3 | 4;
  readonly minSize: number | undefined;
  readonly orientation: "apply" | "ignore";
  readonly damaged: "refuse" | "keep";
  readonly rows: number | undefined;
  readonly allocate: Allocate;
};

const FORMATS = { 1: pixelFormat.gray, 3: pixelFormat.rgb, 4: pixelFormat.rgba } as const;
const ROWS_BELOW = 8; // colours of 4:2:0 are interpolated, and so depend on those of the next rows
const MAX_SCANS = 100; // encoders write about 10; each of a bomb's takes as long as the whole image

/** The pixels of a JPEG file, with the channels that are asked for. */
export function decodeJpeg(bytes: Uint8Array, header: JpegHeader, options: JpegOptions): RawImage {
  requirePlausible(bytes, header);
  const orientation = options.orientation === "apply" ? header.orientation : 1;
  if (header.components === 4) {
    const inks = decompress(bytes, header, { ...options, rows: undefined }, 4, pixelFormat.cmyk);
    return oriented(withoutBlack(inks, header.adobe), orientation);
  }
  const rows = orientation === 1 && !header.progressive ? options.rows : undefined;
  const { channels } = options;
  return oriented(decompress(bytes, header, { ...options, rows }, channels, FORMATS[channels]), orientation);
}

function decompress(
  jpeg: Uint8Array,
  header: JpegHeader,
  { minSize, damaged, rows, allocate }: JpegOptions,
  channels: 1 | 3 | 4,
  format: Decompression["format"],
): RawImage {
  const scale = scaleFor(header, minSize);
  const [height, width] = [Math.ceil(header.height / scale), Math.ceil(header.width / scale)];
  const pixels = allocate(height * width * channels);
  const turbo = turboJpeg();
  const partHeight = Math.min(header.height, ((rows ?? height) + ROWS_BELOW) * scale);
  const isPart = partHeight < header.height && (turbo.tellsDamageOfParts || damaged === "keep");
  const { damage } = turbo.decompress({
    jpeg,
    height: isPart ? partHeight / scale : height,
    width,
    channels,
    format,
    pixels,
    ...(isPart ? { part: { at: header.heightAt, height: partHeight } } : {}),
  });
  if (damage !== undefined && damaged === "refuse") {
    throw new ImageError("data", `the JPEG file is damaged (${damage})`);
  }
  return { height, width, channels, pixels };
}

/** What to divide the size by: libjpeg's inverse transform can give 4 × 4, 2 × 2 or 1 pixel for a block of 8 × 8. */
function scaleFor({ height, width }: JpegHeader, minSize: number | undefined): number {
  if (minSize === undefined) return 1;
  return [8, 4, 2].find((scale) => Math.ceil(Math.min(height, width) / scale) >= minSize) ?? 1;
}

/** Refuses what would take long and give nothing: a few bytes for many pixels, or many scans over them. */
function requirePlausible(bytes: Uint8Array, { height, width, progressive }: JpegHeader): void {
  if (height * width > bytes.length * 512) { // each block of 8 × 8 takes at least a bit
    const found = `the JPEG file has ${bytes.length} bytes, too few for ${height} × ${width} pixels`;
    throw new ImageError("data", found);
  }
  if (!progressive) return;
  let numScans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) numScans++;
  }
  if (numScans > MAX_SCANS) {
    throw new ImageError("supported", `the JPEG file has ${numScans} scans; up to ${MAX_SCANS} are decoded`);
  }
}

/** Cyan, magenta, yellow and black [H, W, 4] as red, green and blue: each 255 · (1 − ink) · (1 − black). */
function withoutBlack({ height, width, pixels: inks }: RawImage, inverted: boolean): RawImage {
  const pixels = new Uint8Array(height * width * 3);
  const flip = inverted ? 0 : 255;
  for (let from = 0, to = 0; from < inks.length; from += 4) {
    const light = inks[from + 3]! ^ flip;
    for (let ink = from; ink < from + 3; ink++) pixels[to++] = Math.round((inks[ink]! ^ flip) * light / 255);
  }
  return { height, width, channels: 3, pixels };
}
