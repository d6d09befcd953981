/**
 * The augmentation of known methods, as plans to take or to change.
 * @module
 */
import type { AugmentPlan, Transform } from "./transform.ts";

/** What all presets leave open. */
export type PresetOptions = {
  /** Side of every view, in pixels; 224 without. */
  readonly size?: number;
  /** [C], of values in [0, 1]; ImageNet's without. */
  readonly mean?: readonly number[];
  /** [C], > 0; ImageNet's without. */
  readonly std?: readonly number[];
};

type Views = Pick<AugmentPlan, "shared" | "views">;

function planOf(
  { size = 224, mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225] }: PresetOptions,
  views: Views,
): AugmentPlan {
  return { size: [size, size], mean, std, ...views };
}

const flip: Transform = { kind: "flip", probability: 0.5 };
const mildJitter: Transform = {
  kind: "colorJitter",
  brightness: 0.4,
  contrast: 0.4,
  saturation: 0.2,
  hue: 0.1,
  probability: 0.8,
};
const sometimesGrey: Transform = { kind: "grayscale", probability: 0.2 };

/** About a tenth of the side, as SimCLR has it: 23 at 224. */
function kernelOf({ size = 224 }: PresetOptions): number {
  return Math.max(3, 2 * Math.floor(size / 20) + 1);
}

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

/** ExtreMA's jitter, for images whose light alone may change. */
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

/**
 * One cropped and mirrored view, for masked image modelling (MAE, arXiv:2111.06377, §A.1).
 * @param options Size and statistics.
 */
export function maskedViews(options: PresetOptions = {}): AugmentPlan {
  return planOf(options, {
    views: [[{ kind: "randomResizedCrop", scale: [0.2, 1], interpolation: "bicubic" }, flip]],
  });
}

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
