/**
 * Augmented views of images.
 * @module
 */
import type { AugmentPlan } from "../../augment/transform.ts";
import type { Json, Preparation, PreparationContext, Preparer } from "../preparation.ts";

/** What becomes of images. */
export type ViewsOptions = {
  /** Name of the column that has them, decoded or encoded. */
  readonly column: string;
  /** What is done to them; a mean for each channel that they have or are decoded to. */
  readonly plan: AugmentPlan;
  /** Names of the arrays, one for each of the plan's views. */
  readonly views: readonly string[];
  /**
   * Lets JPEG files be decoded at 1/2, 1/4 or 1/8 of their size, as long as the shorter side keeps so many pixels: several times as
   * fast where little of an image is left in the end. Their whole size if left out.
   */
  readonly minSize?: number;
  /** Name of a column of labels, which become one more array of the name "labels", int32 [n]; none if left out. */
  readonly labels?: string;
  /** For workers, which have no device in use: what makes the views there. Without, the device in use makes them. */
  readonly kernels?: "native" | "wasm" | "cpu" | "auto";
};

/**
 * A preparation that gives views of images as a plan has them, each float32 [n, H, W, C]. What is drawn for a sample depends on its address
 * alone.
 *
 * @example Two views of a column of JPEG files, made by workers
 * ```ts
 * import { byolViews } from "@lacuna/data/augment";
 * import { viewsPreparation } from "@lacuna/data/loader";
 *
 * const preparation = viewsPreparation({
 *   column: "image", plan: byolViews({ size: 64 }), views: ["left", "right"], kernels: "auto",
 * });
 * ```
 * @param options What to take, and what to make of it.
 */
export function viewsPreparation(options: ViewsOptions): Preparation {
  return { module: import.meta.url, options: options as unknown as Json };
}

/**
 * Makes the preparer of a `viewsPreparation()`.
 * @throws {RangeError} If a set has no such column, it holds no images or no labels, or images of other channels than the plan's.
 * @throws {TypeError} If the plan has no such views.
 */
export async function createPreparer(options: Json, context: PreparationContext): Promise<Preparer> {
  const { prepareViews } = await import("./_prepare_views.ts"); // decoders and kernels, only where they are used
  return await prepareViews(options as unknown as ViewsOptions, context);
}
