import { imageViews, imageViewsAsync, type SourceImage, type ViewOptions } from "@lacuna/tensor/image-views";
import type { ImageSteps, ViewFormat } from "@lacuna/tensor/image-views";
import { checkAugmentPlan } from "./check_augment_plan.ts";
import { drawSteps } from "./draw_steps.ts";
import type { AugmentPlan } from "./transform.ts";

/** Which numbers are drawn for a batch. */
export type BatchAddress = {
  /** Of the run. */
  readonly seed: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** [B], of each image its index in the data set. */
  readonly samples: ArrayLike<number>;
};

/**
 * Views of images as a plan has them, by the device in use. What is drawn for an image depends on seed, epoch, its sample and the plan
 * alone, and what comes out on that and the image, bit for bit: not on the batch it is in, nor on the number of threads.
 *
 * @example One crop and flip, in two lights
 * ```ts
 * import { augmentViews, extremaViews } from "@lacuna/data/augment";
 * import assert from "node:assert/strict";
 *
 * const image = (seed: number) => ({
 *   height: 40, width: 50, channels: 3, pixels: Uint8Array.from({ length: 6000 }, (_, i) => i * seed),
 * });
 * const plan = extremaViews({ size: 32 });
 * const [student, teacher] = augmentViews([image(1), image(2)], plan, { seed: 0, epoch: 3, samples: [10, 20] });
 * assert.equal(student!.length, 2 * 32 * 32 * 3); // [2, 32, 32, 3]
 * const [alone] = augmentViews([image(2)], plan, { seed: 0, epoch: 3, samples: [20] });
 * assert.deepEqual(alone, student!.subarray(32 * 32 * 3));
 * ```
 * @param images [B], of any sizes, all of as many channels as the plan has means.
 * @param plan What becomes of them.
 * @param address Which numbers are drawn.
 * @param options Where the views are written, and on how many threads.
 * @returns [B, H, W, C] for each of the plan's views.
 * @throws {TypeError} If the plan has unknown or missing fields, or the images do not fit it.
 * @throws {RangeError} If one of the plan's values is out of its bounds, or an image ends at another size than the plan's.
 */
export function augmentViews(
  images: readonly SourceImage[],
  plan: AugmentPlan,
  address: BatchAddress,
  options: ViewOptions = {},
): Float32Array[] {
  const { steps, format } = draw(images, plan, address);
  return images.length > 0
    ? imageViews(images, steps, format, options)
    : plan.views.map(() => new Float32Array(0));
}

/**
 * The same views as {@linkcode augmentViews} makes on the same device; on the native one a thread of its own makes them, while the program
 * goes on.
 * @param images [B], all of as many channels as the plan has means; must not change meanwhile.
 * @param plan What becomes of them.
 * @param address Which numbers are drawn.
 * @param options Where the views are written.
 * @returns [B, H, W, C] for each of the plan's views.
 * @throws {TypeError} If the plan has unknown or missing fields, or the images do not fit it.
 * @throws {RangeError} If one of the plan's values is out of its bounds, or an image ends at another size than the plan's.
 */
export async function augmentViewsAsync(
  images: readonly SourceImage[],
  plan: AugmentPlan,
  address: BatchAddress,
  options: Omit<ViewOptions, "threads"> = {},
): Promise<Float32Array[]> {
  const { steps, format } = draw(images, plan, address);
  if (images.length === 0) return plan.views.map(() => new Float32Array(0));
  return await imageViewsAsync(images, steps, format, options);
}

function draw(
  images: readonly SourceImage[],
  unchecked: AugmentPlan,
  { seed, epoch, samples }: BatchAddress,
): { steps: ImageSteps[]; format: ViewFormat } {
  const plan = checkAugmentPlan(unchecked);
  if (samples.length !== images.length) {
    throw new TypeError(`Cannot draw for ${images.length} images of ${samples.length} samples: pass as many`);
  }
  const { size: [height, width], mean, std } = plan;
  const steps = images.map((image, b) => {
    const sample = samples[b]!;
    try {
      return drawSteps(plan, image, { seed, epoch, sample });
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`${error.message}; image ${b}, sample ${sample}`);
      throw error;
    }
  });
  return { steps, format: { height, width, channels: mean.length, mean, std } };
}
