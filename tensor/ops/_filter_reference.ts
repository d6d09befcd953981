import { gaussianWeights } from "./_gaussian_weights.ts";
import { clip, mapValues, type Picture } from "./_picture.ts";
import type { ImageStep } from "./image_step.ts";

/** Left to right. */
export function flipReference(picture: Picture): Picture {
  const { width, channels } = picture;
  return mapValues(picture, (_, i) => {
    const [column, start] = [Math.floor(i / channels) % width, i - i % (width * channels)];
    return picture.values[start + (width - 1 - column) * channels + i % channels]!;
  });
}

/** By a Gaussian along both axes, mirrored at the border. */
export function blurReference(picture: Picture, sigma: number, kernelSize: number): Picture {
  const weights = gaussianWeights(sigma, kernelSize);
  const { height, width, channels } = picture;
  const along = (picture: Picture, size: number, stride: number): Picture =>
    mapValues(picture, (_, i) => {
      const place = Math.floor(i / stride) % size;
      let sum = 0;
      for (let k = 1 - weights.length; k < weights.length; k++) {
        sum += weights[Math.abs(k)]! * picture.values[i + (reflect(place + k, size) - place) * stride]!;
      }
      return sum;
    });
  return along(along(picture, width, channels), height, width * channels);
}

function reflect(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const place = ((i % period) + period) % period;
  return Math.min(place, period - place);
}

/** Away from a blurred picture; the border stays. */
export function sharpnessReference(picture: Picture, factor: number): Picture {
  const { height, width, channels, values } = picture;
  return mapValues(picture, (value, i) => {
    const [column, row] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    if (row === 0 || row === height - 1 || column === 0 || column === width - 1) return value;
    let sum = 4 * value;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) sum += values[i + (dy * width + dx) * channels]!;
    }
    return clip(factor * value + (1 - factor) * sum / 13);
  });
}

/** Each pixel takes the value of another place. */
export function affineReference(
  picture: Picture,
  { matrix: [a, b, c, d, e, f], filter, fill }: Extract<ImageStep, { kind: "affine" }>,
): Picture {
  const { height, width, channels, values } = picture;
  const at = (y: number, x: number, channel: number): number =>
    x >= 0 && y >= 0 && x < width && y < height
      ? values[(y * width + x) * channels + channel]!
      : fill[channel]!;
  const [halfWidth, halfHeight] = [(width - 1) / 2, (height - 1) / 2];
  return mapValues(picture, (_, i) => {
    const channel = i % channels;
    const dx = Math.floor(i / channels) % width - halfWidth;
    const dy = Math.floor(i / channels / width) - halfHeight;
    const x = a * dx + b * dy + c + halfWidth, y = d * dx + e * dy + f + halfHeight;
    if (filter === "nearest") return at(roundToEven(y), roundToEven(x), channel);
    const left = Math.floor(x), top = Math.floor(y);
    const upper = at(top, left, channel) * (1 - x + left) + at(top, left + 1, channel) * (x - left);
    const lower = at(top + 1, left, channel) * (1 - x + left) + at(top + 1, left + 1, channel) * (x - left);
    return upper * (1 - y + top) + lower * (y - top);
  });
}

/** The nearest whole number, the even one of two. */
function roundToEven(x: number): number {
  const below = Math.floor(x), part = x - below;
  return part < 0.5 || (part === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** A part takes other values. */
export function eraseReference(
  picture: Picture,
  { box, values }: Extract<ImageStep, { kind: "erase" }>,
): Picture {
  const { width, channels } = picture;
  return mapValues(picture, (value, i) => {
    const x = Math.floor(i / channels) % width - box.left, y = Math.floor(i / channels / width) - box.top;
    if (x < 0 || y < 0 || x >= box.width || y >= box.height) return value;
    const own = values.length === channels ? 0 : (y * box.width + x) * channels;
    return values[own + i % channels]!;
  });
}
