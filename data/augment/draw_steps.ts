import { normals, permutation, type Prng, stream, substream, uniform } from "@lacuna/random";
import type { ImageStep, ImageSteps, PixelBox } from "@lacuna/tensor/image-views";
import { drawRandAugment } from "./_draw_rand_augment.ts";
import { randomBox } from "./_random_box.ts";
import type {
  AugmentPlan,
  ColorJitter,
  GaussianBlur,
  RandomErasing,
  RandomResizedCrop,
  Resize,
  Transform,
} from "./transform.ts";

/** Height and width in pixels. */
export type ImageSize = { readonly height: number; readonly width: number };

/** Which numbers are drawn for a sample. */
export type SampleAddress = {
  /** Of the run. */
  readonly seed: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** Index in its data set. */
  readonly sample: number;
};

/**
 * What becomes of one image under a plan. Every number is addressed by seed, epoch, sample, the list it is for (`shared`, `view 0`, …) and
 * the transform (`flip`, a second one of its list `flip 2`): so a change to one transform leaves the numbers of the others.
 * @param plan A sound plan.
 * @param size Of the image.
 * @param address Which numbers.
 * @throws {RangeError} If a centre crop is larger than the image.
 */
export function drawSteps(plan: AugmentPlan, size: ImageSize, address: SampleAddress): ImageSteps {
  const names = namesOf(plan);
  const shared = drawList(plan.shared ?? [], names[0]!, size, plan, address);
  const views = plan.views.map((view, v) => drawList(view, names[v + 1]!, shared.size, plan, address).steps);
  return { shared: shared.steps, views };
}

const knownNames = new WeakMap<AugmentPlan, readonly (readonly string[])[]>();

/** What the streams of the shared transforms and of each view's are called: made once a plan, as making them takes as long as drawing. */
function namesOf(plan: AugmentPlan): readonly (readonly string[])[] {
  let names = knownNames.get(plan);
  if (names === undefined) {
    names = [plan.shared ?? [], ...plan.views].map((transforms, i) => {
      const seen = new Map<string, number>();
      return transforms.map(({ kind }) => {
        const nth = (seen.get(kind) ?? 0) + 1;
        seen.set(kind, nth);
        return `${i === 0 ? "shared" : `view ${i - 1}`} ${kind}${nth > 1 ? ` ${nth}` : ""}`;
      });
    });
    knownNames.set(plan, names);
  }
  return names;
}

type Drawn = { readonly steps: ImageStep[]; readonly size: ImageSize };

function drawList(
  transforms: readonly Transform[],
  names: readonly string[],
  from: ImageSize,
  plan: AugmentPlan,
  { seed, epoch, sample }: SampleAddress,
): Drawn {
  const steps: ImageStep[] = [];
  let size = from;
  for (let i = 0; i < transforms.length; i++) {
    const prng = stream({ seed, name: names[i]!, epoch, sample });
    for (const step of drawTransform(transforms[i]!, size, plan, prng)) {
      steps.push(step);
      size = sizeAfter(step, size);
    }
  }
  return { steps, size };
}

function sizeAfter(step: ImageStep, size: ImageSize): ImageSize {
  return step.kind === "resize" ? step : step.kind === "crop" ? step.box : size;
}

function drawTransform(
  transform: Transform,
  size: ImageSize,
  plan: AugmentPlan,
  prng: Prng,
): readonly ImageStep[] {
  switch (transform.kind) {
    case "randomResizedCrop":
      return [drawCrop(transform, size, plan.size, prng)];
    case "resize":
      return [scaled(transform, size)];
    case "centerCrop":
      return [{ kind: "crop", box: centre(transform.size ?? plan.size, size) }];
    case "flip":
      return uniform(prng, 0) < (transform.probability ?? 0.5) ? [{ kind: "flip" }] : [];
    case "colorJitter":
      return drawJitter(transform, prng);
    case "grayscale":
      return uniform(prng, 0) < transform.probability ? [{ kind: "grayscale" }] : [];
    case "gaussianBlur":
      return drawBlur(transform, prng);
    case "solarize": {
      const { threshold = 128 / 255, probability } = transform;
      return uniform(prng, 0) < probability ? [{ kind: "solarize", threshold }] : [];
    }
    case "randAugment":
      return drawRandAugment(transform, size, plan.mean.length, prng);
    case "randomErasing":
      return drawErasing(transform, size, plan, prng);
  }
}

/** Ten tries to fit, then the largest centred box of an allowed ratio (torchvision's `RandomResizedCrop`). */
function drawCrop(
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], interpolation = "bilinear", antialias = true }:
    RandomResizedCrop,
  size: ImageSize,
  [height, width]: readonly [number, number],
  prng: Prng,
): ImageStep {
  const box = randomBox(size, { scale, ratio }, prng) ?? largestBox(size, ratio);
  return { kind: "resize", box, height, width, filter: interpolation, antialias };
}

function largestBox({ height, width }: ImageSize, [minRatio, maxRatio]: readonly [number, number]): PixelBox {
  const own = {
    height: Math.max(1, Math.min(height, Math.round(width / minRatio))),
    width: Math.max(1, Math.min(width, Math.round(height * maxRatio))),
  };
  return { top: Math.floor((height - own.height) / 2), left: Math.floor((width - own.width) / 2), ...own };
}

/** With one number, the longer side is rounded down, as in torchvision. */
function scaled(
  { size, interpolation = "bilinear", antialias = true }: Resize,
  { height, width }: ImageSize,
): ImageStep {
  const shorter = Math.min(height, width);
  const [newHeight, newWidth] = typeof size === "number"
    ? [Math.trunc(size * height / shorter), Math.trunc(size * width / shorter)]
    : size;
  return { kind: "resize", height: newHeight, width: newWidth, filter: interpolation, antialias };
}

/** Halves of a pixel go to the even side, as Python rounds them. */
function centre([height, width]: readonly [number, number], size: ImageSize): PixelBox {
  if (height > size.height || width > size.width) {
    throw new RangeError(
      `Cannot crop ${height}×${width} from the centre of ${size.height}×${size.width}: ` +
        'put a "resize" before, or choose a smaller size',
    );
  }
  return { top: halfToEven(size.height - height), left: halfToEven(size.width - width), height, width };
}

function halfToEven(n: number): number {
  const half = Math.floor(n / 2);
  return n % 2 === 0 ? half : half + half % 2;
}

/** Five numbers, from index 0: whether, and how much of brightness, contrast, saturation, hue; the order from a stream of its own. */
function drawJitter(
  { brightness = 0, contrast = 0, saturation = 0, hue = 0, probability = 1 }: ColorJitter,
  prng: Prng,
): readonly ImageStep[] {
  if (!(uniform(prng, 0) < probability)) return [];
  const factor = (strength: number, index: number) => {
    const low = Math.max(0, 1 - strength);
    return low + (1 + strength - low) * uniform(prng, index);
  };
  const all: (ImageStep | undefined)[] = [
    brightness > 0 ? { kind: "brightness", factor: factor(brightness, 1) } : undefined,
    contrast > 0 ? { kind: "contrast", factor: factor(contrast, 2) } : undefined,
    saturation > 0 ? { kind: "saturation", factor: factor(saturation, 3) } : undefined,
    hue > 0 ? { kind: "hue", shift: hue * (2 * uniform(prng, 4) - 1) } : undefined,
  ];
  const order = permutation(all.length, substream(prng, "order"));
  const steps: ImageStep[] = [];
  for (let i = 0; i < order.length; i++) { // an iterator would take longer than all the rest
    const step = all[order[i]!];
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/** Two numbers, from index 0: whether, how much. */
function drawBlur(
  { sigma: [low, high], kernelSize, probability = 1 }: GaussianBlur,
  prng: Prng,
): readonly ImageStep[] {
  if (!(uniform(prng, 0) < probability)) return [];
  return [{ kind: "blur", sigma: low + (high - low) * uniform(prng, 1), kernelSize }];
}

/** One number, whether; the box and the noise from streams of their own. A box that does not fit in ten tries is left out. */
function drawErasing(
  { probability = 0.25, scale = [0.02, 1 / 3], ratio = [0.3, 3.3], value = 0 }: RandomErasing,
  size: ImageSize,
  { mean, std }: AugmentPlan,
  prng: Prng,
): readonly ImageStep[] {
  if (!(uniform(prng, 0) < probability)) return [];
  const box = randomBox(size, { scale, ratio }, substream(prng, "box"));
  if (!box) return [];
  const before = (normalized: number, c: number) => mean[c]! + std[c]! * normalized;
  if (value !== "noise") return [{ kind: "erase", box, values: mean.map((_, c) => before(value, c)) }];
  const noise = normals(box.height * box.width * mean.length, substream(prng, "noise"));
  return [{ kind: "erase", box, values: noise.map((x, i) => before(x, i % mean.length)) }];
}
