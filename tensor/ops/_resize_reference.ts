import { clip, type Picture } from "./_picture.ts";
import type { ImageFilter, PixelBox } from "./image_step.ts";

/** How an axis is scaled. */
type Scaling = { readonly filter: ImageFilter; readonly antialias: boolean };

/** The weights with which the pixels of an axis make one of the result. */
type Tap = { readonly pixel: number; readonly weight: number };

/** A part of a picture, scaled to a size: first down, then across. */
export function resizeReference(
  picture: Picture,
  box: PixelBox,
  { height, width }: { readonly height: number; readonly width: number },
  scaling: Scaling,
): Picture {
  const { channels } = picture;
  const rowLength = picture.width * channels;
  const tall = new Float64Array(height * box.width * channels); // [height, box.width, C]
  tapsOf(box.height, height, scaling).forEach((taps, y) => {
    for (const { pixel, weight } of taps) {
      const from = (box.top + pixel) * rowLength + box.left * channels;
      for (let i = 0; i < box.width * channels; i++) {
        tall[y * box.width * channels + i]! += weight * picture.values[from + i]!;
      }
    }
  });
  const values = new Float64Array(height * width * channels);
  const columns = tapsOf(box.width, width, scaling);
  for (let y = 0, at = 0; y < height; y++) {
    for (const taps of columns) {
      for (let c = 0; c < channels; c++, at++) {
        let sum = 0;
        for (const { pixel, weight } of taps) {
          sum += weight * tall[(y * box.width + pixel) * channels + c]!;
        }
        values[at] = clip(sum); // a cubic filter overshoots
      }
    }
  }
  return { height, width, channels, values };
}

function tapsOf(from: number, to: number, { filter, antialias }: Scaling): Tap[][] {
  const scale = from / to;
  const stretch = antialias ? Math.max(scale, 1) : 1;
  const support = stretch * (filter === "bicubic" ? 2 : 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const taps: Tap[] = [];
    for (let pixel = Math.ceil(centre - support); pixel <= centre + support; pixel++) {
      if (antialias && (pixel < 0 || pixel >= from)) continue;
      const weight = weightAt(Math.abs(pixel - centre) / stretch, filter, antialias);
      taps.push({ pixel: Math.min(Math.max(pixel, 0), from - 1), weight }); // beyond the border, its pixel goes on
    }
    const sum = taps.reduce((sum, { weight }) => sum + weight, 0);
    return taps.map(({ pixel, weight }) => ({ pixel, weight: weight / sum }));
  });
}

/** Linear, or Keys's cubic with Pillow's −½; PyTorch has −¾ where there is no antialias. */
function weightAt(x: number, filter: ImageFilter, antialias: boolean): number {
  if (filter === "bilinear") return Math.max(0, 1 - x);
  const a = antialias ? -0.5 : -0.75;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}
