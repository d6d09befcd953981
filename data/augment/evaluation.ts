import { planOf } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan } from "./transform.ts";

/** How much of an image evaluation sees. */
export type EvaluationOptions = PresetOptions & {
  /** The view's side as a share of the scaled image's shorter one, in (0, 1]; 224/256 without. */
  readonly cropShare?: number;
};

/**
 * The middle of each image, with nothing drawn.
 * @param options Size and statistics.
 */
export function evaluation(options: EvaluationOptions = {}): AugmentPlan {
  const { size = 224, cropShare = 224 / 256 } = options;
  return planOf(options, {
    views: [[{ kind: "resize", size: Math.floor(size / cropShare), interpolation: "bicubic" }, {
      kind: "centerCrop",
    }]],
  });
}
