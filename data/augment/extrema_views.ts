import { mildJitter, planOf } from "./_preset.ts";
import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

/** What images unlike ImageNet's may need otherwise. */
export type ExtremaViewOptions = PresetOptions & {
  /** Smallest share of the area; 0.2 without. */
  readonly minScale?: number;
  /** Share of the images that are mirrored; ½ without. */
  readonly flipProbability?: number;
  /** Of the colours; ExtreMA's without. */
  readonly jitter?: Omit<Extract<Transform, { kind: "colorJitter" }>, "kind">;
  /** Share of the views without colour; 0.2 without. */
  readonly grayscaleProbability?: number;
};

/**
 * ExtreMA's two views: one crop and flip, each with colours of its own (arXiv:2206.04667, "shared crop + color").
 * @param options Size, statistics, and what a smaller set of images needs otherwise.
 */
export function extremaViews(options: ExtremaViewOptions = {}): AugmentPlan {
  const { minScale = 0.2, flipProbability = 0.5, jitter, grayscaleProbability = 0.2 } = options;
  const view: Transform[] = [
    jitter ? { kind: "colorJitter", ...jitter } : mildJitter,
    ...grayscaleProbability > 0 ? [{ kind: "grayscale", probability: grayscaleProbability } as const] : [],
  ];
  return planOf(options, {
    shared: [
      { kind: "randomResizedCrop", scale: [minScale, 1], ratio: [3 / 4, 4 / 3] },
      { kind: "flip", probability: flipProbability },
    ],
    views: [view, view],
  });
}
