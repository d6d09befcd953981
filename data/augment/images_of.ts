import type { SourceImage } from "@lacuna/tensor/image-views";

/**
 * The images of a batch of one size, which stay where they are.
 * @param pixels [B, H, W, C], bytes 0…255 or floats in [0, 1].
 * @param size H, W and C.
 * @throws {TypeError} If the pixels are not those of whole images.
 */
export function imagesOf(
  pixels: Uint8Array | Float32Array,
  { height, width, channels }: Omit<SourceImage, "pixels">,
): SourceImage[] {
  const size = height * width * channels;
  if (!(size > 0 && pixels.length % size === 0)) {
    throw new TypeError(
      `Cannot divide ${pixels.length} values into images of ${height}×${width}×${channels}: pass a multiple of ${size}`,
    );
  }
  return Array.from(
    { length: pixels.length / size },
    (_, b) => ({ height, width, channels, pixels: pixels.subarray(b * size, (b + 1) * size) }),
  );
}
