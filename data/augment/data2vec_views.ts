import { flip, planOf } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan } from "./transform.ts";

/**
 * data2vec's one view, which both of its branches see (arXiv:2202.03555, §4.1).
 * @param options Size and statistics.
 */
export function data2vecViews(options: PresetOptions = {}): AugmentPlan {
  return planOf(options, {
    views: [[
      { kind: "colorJitter", brightness: 0.4, contrast: 0.4, saturation: 0.4 },
      flip,
      { kind: "randomResizedCrop", scale: [0.08, 1], interpolation: "bicubic" },
    ]],
  });
}
