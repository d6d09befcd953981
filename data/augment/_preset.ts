import type { PresetOptions } from "./preset_options.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

/** A plan of these views, at the size and with the statistics that are asked for. */
export function planOf(
  { size = 224, mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225] }: PresetOptions,
  views: Pick<AugmentPlan, "shared" | "views">,
): AugmentPlan {
  return { size: [size, size], mean, std, ...views };
}

/** Half of the images. */
export const flip: Transform = { kind: "flip", probability: 0.5 };

/** BYOL's and ExtreMA's. */
export const mildJitter: Transform = {
  kind: "colorJitter",
  brightness: 0.4,
  contrast: 0.4,
  saturation: 0.2,
  hue: 0.1,
  probability: 0.8,
};

/** One in five. */
export const sometimesGrey: Transform = { kind: "grayscale", probability: 0.2 };

/** About a tenth of the side, as SimCLR has it: 23 at 224. */
export function kernelOf({ size = 224 }: PresetOptions): number {
  return Math.max(3, 2 * Math.floor(size / 20) + 1);
}
