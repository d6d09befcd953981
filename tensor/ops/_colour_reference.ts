import { greyShares } from "./_grey_shares.ts";
import { clip, mapValues, type Picture } from "./_picture.ts";

/** Every pixel's grey [H · W]. */
export function greys({ values, channels }: Picture): Float64Array {
  const shares = greyShares(channels);
  return Float64Array.from(
    { length: values.length / channels },
    (_, i) => shares.reduce((grey, share, c) => grey + share * values[i * channels + c]!, 0),
  );
}

/** Away from one grey for all pixels, or from each pixel's own. */
export function blendReference(picture: Picture, grey: (pixel: number) => number, factor: number): Picture {
  const { channels } = picture;
  return mapValues(
    picture,
    (value, i) => clip(factor * value + (1 - factor) * grey(Math.floor(i / channels))),
  );
}

/** Away from the mean grey. */
export function contrastReference(picture: Picture, factor: number): Picture {
  const grey = greys(picture);
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return blendReference(picture, () => mean, factor);
}

/** Around the circle of hues, through hue, saturation and value (Smith 1978). */
export function hueReference(picture: Picture, shift: number): Picture {
  const values = new Float64Array(picture.values.length);
  for (let i = 0; i < values.length; i += 3) {
    const [red, green, blue] = picture.values.subarray(i, i + 3) as unknown as [number, number, number];
    const most = Math.max(red, green, blue), chroma = most - Math.min(red, green, blue);
    if (chroma === 0) {
      values.fill(most, i, i + 3);
      continue;
    }
    const sixths = most === red
      ? (green - blue) / chroma
      : most === green
      ? 2 + (blue - red) / chroma
      : 4 + (red - green) / chroma;
    const turned = modulo(sixths / 6 + shift, 1) * 6;
    const [sector, part] = [Math.floor(turned) % 6, turned % 1];
    const least = most - chroma, falling = most - chroma * part, rising = most - chroma * (1 - part);
    values.set(
      [
        [most, rising, least],
        [falling, most, least],
        [least, most, rising],
        [least, falling, most],
        [rising, least, most],
        [most, least, falling],
      ][sector]!,
      i,
    );
  }
  return { ...picture, values };
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** The level 0…255 of a value, as torchvision converts. */
export function levelOf(value: number): number {
  return Math.floor(clip(value) * 255.999);
}

/** Each channel from its least and most to 0 and 1. */
export function autocontrastReference(picture: Picture): Picture {
  const { channels, values } = picture;
  const ranges = Array.from({ length: channels }, (_, c) => {
    let [least, most] = [Infinity, -Infinity];
    for (let i = c; i < values.length; i += channels) {
      least = Math.min(least, values[i]!);
      most = Math.max(most, values[i]!);
    }
    return { least, most };
  });
  return mapValues(picture, (value, i) => {
    const { least, most } = ranges[i % channels]!;
    return most > least ? clip((value - least) / (most - least)) : value;
  });
}

/** Each channel's levels equally often, by Pillow's table. */
export function equalizeReference(picture: Picture): Picture {
  const { channels, values } = picture;
  const tables = Array.from({ length: channels }, (_, c) => {
    const counts = new Array<number>(256).fill(0);
    for (let i = c; i < values.length; i += channels) counts[levelOf(values[i]!)]!++;
    const most = counts.findLast((count) => count > 0)!;
    const step = Math.floor((values.length / channels - most) / 255);
    if (step === 0) return counts.map((_, level) => level);
    let before = Math.floor(step / 2);
    return counts.map((count) => {
      const level = Math.min(255, Math.floor(before / step));
      before += count;
      return level;
    });
  });
  return mapValues(picture, (value, i) => tables[i % channels]![levelOf(value)]! / 255);
}
