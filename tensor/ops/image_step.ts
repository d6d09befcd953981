/** A part of an image, in whole pixels, within its borders. */
export type PixelBox = {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Number of rows, ≥ 1. */
  readonly height: number;
  /** Number of columns, ≥ 1. */
  readonly width: number;
};

/** How pixels of another size are made. */
export type ImageFilter = "bilinear" | "bicubic";

/**
 * One change of an image whose values lie in [0, 1]; nothing is rounded to whole levels but where the step is defined on them, and results
 * are clipped to [0, 1]. A grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601); channels that are not three weigh the same.
 *
 * - `crop`: a part of it, as it is.
 * - `resize`: a part of it (without `box`, all of it), scaled to a size. With `antialias` the filter widens when the part shrinks, as in
 *   Pillow; without, it is PyTorch's `interpolate()`. Nothing outside of the part is looked at.
 * - `flip`: left to right.
 * - `brightness`: times the factor, ≥ 0.
 * - `contrast`: away from the image's mean grey by the factor, ≥ 0.
 * - `saturation`: away from each pixel's grey by the factor, ≥ 0; only of 3 channels.
 * - `hue`: around the circle by −½…½ of it; only of 3 channels.
 * - `grayscale`: every channel becomes the grey.
 * - `blur`: by a Gaussian kernel of `kernelSize` (odd, at most 255) pixels and deviation `sigma` > 0 along both axes, mirrored at the
 *   border.
 * - `solarize`: values from the threshold on (to within 10⁻⁵) are inverted.
 * - `posterize`: the first 1…8 bits of each level 0…255 are kept.
 * - `invert`: from 1 downwards.
 * - `autocontrast`: each channel is stretched from its least and most to 0 and 1.
 * - `equalize`: each channel's levels 0…255 are made equally often, by Pillow's table.
 * - `sharpness`: away from the image blurred by (1 1 1, 1 5 1, 1 1 1) / 13 by the factor, ≥ 0; its border stays.
 * - `affine`: the pixel at (x, y), from the centre, takes the value at (ax + by + c, dx + ey + f), from the centre, of the matrix
 *   [a, b, c, d, e, f]: of the nearest pixel, or `bilinear` of four; outside of the image lies `fill` [C].
 * - `erase`: a part takes `values`, of each channel [C] or of each pixel [height, width, C].
 */
export type ImageStep =
  | { readonly kind: "crop"; readonly box: PixelBox }
  | {
    readonly kind: "resize";
    readonly box?: PixelBox;
    readonly height: number;
    readonly width: number;
    readonly filter: ImageFilter;
    readonly antialias: boolean;
  }
  | { readonly kind: "flip" | "grayscale" | "invert" | "autocontrast" | "equalize" }
  | { readonly kind: "brightness" | "contrast" | "saturation" | "sharpness"; readonly factor: number }
  | { readonly kind: "hue"; readonly shift: number }
  | { readonly kind: "blur"; readonly sigma: number; readonly kernelSize: number }
  | { readonly kind: "solarize"; readonly threshold: number }
  | { readonly kind: "posterize"; readonly bits: number }
  | {
    readonly kind: "affine";
    readonly matrix: readonly [number, number, number, number, number, number];
    readonly filter: "nearest" | "bilinear";
    readonly fill: readonly number[];
  }
  | { readonly kind: "erase"; readonly box: PixelBox; readonly values: ArrayLike<number> };

/** What becomes of one image: some steps, and from what they leave, one view after the other. */
export type ImageSteps = {
  /** Taken once, for all views. */
  readonly shared: readonly ImageStep[];
  /** Taken by each view. */
  readonly views: readonly (readonly ImageStep[])[];
};
