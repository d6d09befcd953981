import type { ImageSet } from "./image_set.ts";

/** Copies the pixels of some samples, one image after the other: [B, H, W, C]. */
export function pixelsOf(
  { images, size, height, width, channels }: ImageSet,
  samples: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const imageLength = height * width * channels;
  const pixels = new Uint8Array(samples.length * imageLength);
  for (let b = 0; b < samples.length; b++) {
    const sample = samples[b]!;
    if (!(Number.isInteger(sample) && sample >= 0 && sample < size)) {
      throw new RangeError(`There is no sample ${sample} in a set of ${size}: choose 0…${size - 1}`);
    }
    pixels.set(images.subarray(sample * imageLength, (sample + 1) * imageLength), b * imageLength);
  }
  return pixels;
}
