import { flip, planOf } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan } from "./transform.ts";

/**
 * One view for training or fine-tuning with labels: RandAugment and random erasing (DeiT, arXiv:2012.12877, table 9).
 * @param options Size and statistics.
 */
export function supervised(options: PresetOptions = {}): AugmentPlan {
  return planOf(options, {
    views: [[
      { kind: "randomResizedCrop", scale: [0.08, 1], interpolation: "bicubic" },
      flip,
      { kind: "randAugment", numOps: 2, magnitude: 9, magnitudeStd: 0.5 },
      { kind: "randomErasing", probability: 0.25, value: "noise" },
    ]],
  });
}
