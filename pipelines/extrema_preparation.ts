import { extremaViews } from "@lacuna/data/augment";
import { type Preparation, viewsPreparation } from "@lacuna/data/loader";
import * as tf from "@tensorflow/tfjs-core";
import type { ExtremaConfig } from "./config.ts";
import type { TrainingImages } from "./training_images.ts";

/**
 * How images become the views of ExtreMA's student and teacher.
 * @param config Augmentation.
 * @param images What they are, and what becomes of them.
 * @param byWorkers Whether workers make them, which need kernels of their own.
 */
export function extremaPreparation(
  { augment }: ExtremaConfig,
  { height, width, mean, std, column }: TrainingImages,
  byWorkers: boolean,
): Preparation {
  const { minScale, flipProbability, jitter, jitterProbability } = augment;
  const plan = extremaViews({
    mean,
    std,
    minScale,
    flipProbability,
    jitter: { brightness: jitter, contrast: jitter, probability: jitterProbability },
    grayscaleProbability: 0,
  });
  return viewsPreparation({
    column,
    plan: { ...plan, size: [height, width] },
    views: ["student", "teacher"],
    minSize: Math.ceil(Math.max(height, width) / Math.sqrt(minScale * 3 / 4)), // the smallest crop is not enlarged
    ...byWorkers && { kernels: kernelsOfDevice() },
  });
}

/** What makes the same views in a worker as the device in use makes here. */
function kernelsOfDevice(): "native" | "wasm" | "cpu" {
  const device = tf.getBackend();
  return device === "native" || device === "wasm" ? device : "cpu";
}
