import type { RawImage } from "./_raw_image.ts";
import type { DecodedImage } from "./decoded_image.ts";

/**
 * The same image with the channels that were asked for. Without alpha, what is transparent shows `background`. Grey is ITU-R 601's luma
 * with Pillow's integers.
 */
export function toChannels(image: RawImage, channels: 1 | 3 | 4, background: number): DecodedImage {
  const { height, width } = image;
  if (image.channels === channels) return { height, width, channels, pixels: image.pixels };
  return { height, width, channels, pixels: converted(image, channels, background) };
}

function converted(image: RawImage, channels: 1 | 3 | 4, background: number): Uint8Array<ArrayBuffer> {
  const from = image.pixels;
  const numPixels = image.height * image.width;
  const pixels = new Uint8Array(numPixels * channels);
  const isColor = image.channels >= 3;
  const hasAlpha = image.channels === 2 || image.channels === 4;
  for (let i = 0, at = 0, to = 0; i < numPixels; i++, at += image.channels) {
    let red = from[at]!;
    let green = isColor ? from[at + 1]! : red;
    let blue = isColor ? from[at + 2]! : red;
    const alpha = hasAlpha ? from[at + image.channels - 1]! : 255;
    if (alpha < 255 && channels < 4) {
      red = over(red, alpha, background);
      green = over(green, alpha, background);
      blue = over(blue, alpha, background);
    }
    if (channels === 1) pixels[to++] = isColor ? luma(red, green, blue) : red;
    else {
      pixels[to++] = red;
      pixels[to++] = green;
      pixels[to++] = blue;
      if (channels === 4) pixels[to++] = alpha;
    }
  }
  return pixels;
}

function over(value: number, alpha: number, background: number): number {
  return Math.round((value * alpha + background * (255 - alpha)) / 255);
}

/** 0.299 R + 0.587 G + 0.114 B, in 2⁻¹⁶. */
function luma(red: number, green: number, blue: number): number {
  return red * 19595 + green * 38470 + blue * 7471 + 0x8000 >> 16;
}
