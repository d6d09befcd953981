/** How pixels of another size are made. */
export type Resampling = {
  /** Filter; `bilinear` without. */
  readonly interpolation?: "bilinear" | "bicubic";
  /** Whether the filter widens where an image shrinks, as in Pillow; it does without. */
  readonly antialias?: boolean;
};

/** A part of random area and shape, scaled to the plan's size. */
export type RandomResizedCrop = Resampling & {
  readonly kind: "randomResizedCrop";
  /** Share of the image's area, smallest and largest, in (0, 1]; [0.08, 1] without. */
  readonly scale?: readonly [number, number];
  /** Width over height, smallest and largest, > 0; [3/4, 4/3] without. */
  readonly ratio?: readonly [number, number];
};

/** The whole image, scaled. */
export type Resize = Resampling & {
  readonly kind: "resize";
  /** Of the shorter side, the other in proportion; or [height, width]. */
  readonly size: number | readonly [number, number];
};

/** The middle of the image. */
export type CenterCrop = {
  readonly kind: "centerCrop";
  /** [height, width]; the plan's without. */
  readonly size?: readonly [number, number];
};

/** Mirrored left to right, or not. */
export type Flip = {
  readonly kind: "flip";
  /** In [0, 1]; ½ without. */
  readonly probability?: number;
};

/** Brightness, contrast, saturation and hue, in random order. */
export type ColorJitter = {
  readonly kind: "colorJitter";
  /** b: the factor is uniform in [max(0, 1 − b), 1 + b]; 0 without. */
  readonly brightness?: number;
  /** As of the brightness. */
  readonly contrast?: number;
  /** As of the brightness. */
  readonly saturation?: number;
  /** h: the turn is uniform in [−h, h] of the circle, in [0, ½]; 0 without. */
  readonly hue?: number;
  /** In [0, 1]; 1 without. */
  readonly probability?: number;
};

/** All channels become the grey, or not. */
export type Grayscale = {
  readonly kind: "grayscale";
  /** In [0, 1]. */
  readonly probability: number;
};

/** Blurred, or not. */
export type GaussianBlur = {
  readonly kind: "gaussianBlur";
  /** Deviation in pixels, uniform between these, > 0. */
  readonly sigma: readonly [number, number];
  /** Of the kernel, in pixels: an odd number, at most 255. */
  readonly kernelSize: number;
  /** In [0, 1]; 1 without. */
  readonly probability?: number;
};

/** Bright values inverted, or not. */
export type Solarize = {
  readonly kind: "solarize";
  /** From which value on, in [0, 1]; 128/255 without. */
  readonly threshold?: number;
  /** In [0, 1]. */
  readonly probability: number;
};

/**
 * Some of 14 operations, one after the other, each drawn uniformly (arXiv:1909.13719): identity, shear and translation along both axes,
 * rotation, brightness, colour, contrast, sharpness, posterize, solarize, autocontrast, equalize; in torchvision's ranges.
 */
export type RandAugment = {
  readonly kind: "randAugment";
  /** How many; 2 without. */
  readonly numOps?: number;
  /** In 0…30; 9 without. */
  readonly magnitude?: number;
  /** Deviation of the magnitude, which is then normal and kept in 0…30, as in timm; 0 without. */
  readonly magnitudeStd?: number;
  /** Of what is sheared, moved or rotated; `nearest` without. */
  readonly interpolation?: "nearest" | "bilinear";
  /** What comes in from outside, in [0, 1], for each channel; 0 without. */
  readonly fill?: readonly number[];
};

/** A random box filled, or not; the last of its list. */
export type RandomErasing = {
  readonly kind: "randomErasing";
  /** In [0, 1]; ¼ without. */
  readonly probability?: number;
  /** Share of the area, smallest and largest, in (0, 1]; [0.02, 1/3] without. */
  readonly scale?: readonly [number, number];
  /** Width over height, smallest and largest, > 0; [0.3, 3.3] without. */
  readonly ratio?: readonly [number, number];
  /** What the normalized values become: a number, or `noise` for normal ones of deviation 1; 0, which is the mean, without. */
  readonly value?: number | "noise";
};

/** One change of an image, drawn anew for each sample. */
export type Transform =
  | RandomResizedCrop
  | Resize
  | CenterCrop
  | Flip
  | ColorJitter
  | Grayscale
  | GaussianBlur
  | Solarize
  | RandAugment
  | RandomErasing;

/** What becomes of images: plain data, which a run keeps with its configuration. */
export type AugmentPlan = {
  /** [H, W] of every view. */
  readonly size: readonly [number, number];
  /** Drawn and done once a sample, for all its views. */
  readonly shared?: readonly Transform[];
  /** Of each view, after the shared ones. */
  readonly views: readonly (readonly Transform[])[];
  /** [C], of values in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], > 0. */
  readonly std: readonly number[];
};
