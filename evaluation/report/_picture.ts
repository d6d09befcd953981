import { encodePng } from "@lacuna/data/images";
import { Buffer } from "node:buffer";
import type { Picture } from "./report_data.ts";

/** The picture as a PNG data URI. */
export function opaque(picture: Picture): string {
  return pngDataUri(rgba(picture, () => 255), picture.height, picture.width);
}

/** The picture with its hidden patches transparent, so that the page's own background shows through. */
export function withHoles(picture: Picture, visible: Int32Array, patchSize: number): string {
  const columns = picture.width / patchSize;
  const kept = new Set(visible);
  const alpha = (y: number, x: number) => {
    const patch = Math.floor(y / patchSize) * columns + Math.floor(x / patchSize);
    return kept.has(patch) ? 255 : 0;
  };
  return pngDataUri(rgba(picture, alpha), picture.height, picture.width);
}

/** One pixel a patch in warm colour, as opaque as its weight is close to the highest. */
export function attentionOverlay(weights: Float32Array, picture: Picture): string {
  const rows = Math.round(Math.sqrt(weights.length * picture.height / picture.width));
  const columns = weights.length / rows;
  const highest = Math.max(...weights);
  const pixels = new Uint8Array(weights.length * 4);
  weights.forEach((weight, i) => pixels.set([255, 120, 20, Math.round(225 * weight / highest)], 4 * i));
  return pngDataUri(pixels, rows, columns);
}

/** A PNG of [H, W, 4] pixels as a data URI. */
function pngDataUri(pixels: Uint8Array<ArrayBuffer>, height: number, width: number): string {
  const png = encodePng({ height, width, channels: 4, pixels });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** [H, W, 4] of a grey or coloured picture, with an alpha from 0 to 255 for each pixel. */
function rgba(picture: Picture, alpha: (y: number, x: number) => number): Uint8Array<ArrayBuffer> {
  const { height, width, channels, pixels } = picture;
  const out = new Uint8Array(height * width * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < 3; c++) out[(y * width + x) * 4 + c] = pixels[from + (channels === 1 ? 0 : c)]!;
      out[(y * width + x) * 4 + 3] = alpha(y, x);
    }
  }
  return out;
}
