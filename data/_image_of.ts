import type { ImageSet } from "./image_set.ts";

/** One sample's pixels [H, W, C]: a window on the set's, not a copy. */
export function imageOf({ images, size, height, width, channels }: ImageSet, sample: number): Uint8Array {
  if (!(Number.isInteger(sample) && sample >= 0 && sample < size)) {
    throw new RangeError(`There is no sample ${sample} in a set of ${size}: choose 0…${size - 1}`);
  }
  const imageLength = height * width * channels;
  return images.subarray(sample * imageLength, (sample + 1) * imageLength);
}
