import { flip, kernelOf, planOf, sometimesGrey } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

/**
 * SimCLR's two views at colour strength 1 (arXiv:2002.05709, appendix A).
 * @param options Size and statistics.
 */
export function simclrViews(options: PresetOptions = {}): AugmentPlan {
  const view: Transform[] = [
    { kind: "randomResizedCrop", scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: "bicubic" },
    flip,
    { kind: "colorJitter", brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 0.8 },
    sometimesGrey,
    { kind: "gaussianBlur", sigma: [0.1, 2], kernelSize: kernelOf(options), probability: 0.5 },
  ];
  return planOf(options, { views: [view, view] });
}
