import { flip, kernelOf, mildJitter, planOf, sometimesGrey } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

/**
 * BYOL's two views, which differ in how often they are blurred and solarized (arXiv:2006.07733, appendix B).
 * @param options Size and statistics.
 */
export function byolViews(options: PresetOptions = {}): AugmentPlan {
  const view = (blur: number, solarize: number): Transform[] => [
    { kind: "randomResizedCrop", scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: "bicubic" },
    flip,
    mildJitter,
    sometimesGrey,
    { kind: "gaussianBlur", sigma: [0.1, 2], kernelSize: kernelOf(options), probability: blur },
    { kind: "solarize", threshold: 128 / 255, probability: solarize },
  ];
  return planOf(options, { views: [view(1, 0), view(0.1, 0.2)] });
}
