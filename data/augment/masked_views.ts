import { flip, planOf } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan } from "./transform.ts";

/**
 * One cropped and mirrored view, for masked image modelling (MAE, arXiv:2111.06377, §A.1).
 * @param options Size and statistics.
 */
export function maskedViews(options: PresetOptions = {}): AugmentPlan {
  return planOf(options, {
    views: [[{ kind: "randomResizedCrop", scale: [0.2, 1], interpolation: "bicubic" }, flip]],
  });
}
