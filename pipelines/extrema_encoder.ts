import type { ImageShape } from "@lacuna/data";
import { VisionTransformer } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import type { ExtremaConfig } from "./config.ts";

/**
 * The encoder that a run begins with: student's, teacher's, and the control that a trained one is compared with.
 * @param config Sizes and seed; the same seed gives the same weights.
 * @param image What the images are.
 * @throws {RangeError} If the patch size does not divide the image, or the heads do not divide the width.
 */
export function extremaEncoder({ encoder, seed }: ExtremaConfig, image: ImageShape): VisionTransformer {
  const sizes = { ...encoder, imageHeight: image.height, imageWidth: image.width, channels: image.channels };
  return new VisionTransformer(sizes, stream({ seed, name: "encoder" }));
}
