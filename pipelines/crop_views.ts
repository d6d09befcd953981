import type { Transform } from "@lacuna/data/augment";
import type { ImageBatch } from "./image_batch.ts";
import type { BatchAddress, MethodViews } from "./method.ts";
import type { CropConfig } from "./method_config.ts";

/** One view of each image, "images": a crop, mirrored or not. */
export function cropViews(
  { augment: { minScale, flipProbability } }: { readonly augment: CropConfig },
): MethodViews {
  return { views: [cropAndFlip(minScale, flipProbability)], names: ["images"], minScale };
}

/** A crop of at least so much of the image's area, mirrored with a probability. */
export function cropAndFlip(minScale: number, flipProbability: number): Transform[] {
  return [
    { kind: "randomResizedCrop", scale: [minScale, 1], ratio: [3 / 4, 4 / 3], interpolation: "bicubic" },
    { kind: "flip", probability: flipProbability },
  ];
}

/** A batch of that view. */
export function toImageBatch(
  { images }: Readonly<Record<string, Float32Array>>,
  address: BatchAddress,
): ImageBatch {
  return { images: images!, ...address };
}
