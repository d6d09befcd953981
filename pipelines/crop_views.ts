import type { Transform } from "@lacuna/data/augment";
import type { ImageBatch } from "./image_batch.ts";
import type { BatchAddress, MethodViews } from "./method.ts";
import type { CropConfig } from "./method_config.ts";
import type { ViewsBatch } from "./views_batch.ts";

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

/** A change of colours that leaves saturation and hue nearer, as BYOL and ExtreMA have it. */
export function jitterOf(jitter: number, probability: number): Transform {
  return {
    kind: "colorJitter",
    brightness: jitter,
    contrast: jitter,
    saturation: jitter / 2,
    hue: jitter / 4,
    probability,
  };
}

/** A batch of the views "student" and "teacher". */
export function toViewsBatch(
  { student, teacher }: Readonly<Record<string, Float32Array>>,
  address: BatchAddress,
): ViewsBatch {
  return { student: student!, teacher: teacher!, ...address };
}
