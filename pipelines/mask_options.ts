import type { ImageShape } from "@lacuna/data";
import type { MultiMaskOptions } from "@lacuna/masking";
import type { ExtremaConfig } from "./config.ts";

/**
 * The sizes of the masks that a run draws for one image.
 * @param config Masks, and a patch size that divides the image's height and width.
 * @param image What the images are.
 */
export function maskOptions({ encoder, masks }: ExtremaConfig, image: ImageShape): MultiMaskOptions {
  const { kind, ratio, numMasks } = masks;
  const numTokens = (image.height / encoder.patchSize) * (image.width / encoder.patchSize);
  return { numTokens, maskRatio: ratio, numMasks, kind };
}
