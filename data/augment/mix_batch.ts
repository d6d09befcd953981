import { integer, stream, uniform } from "@lacuna/random";
import type { PixelBox } from "@lacuna/tensor/image-views";
import { beta } from "./_beta.ts";
import { numberIn } from "./_fields.ts";

/** How images of a batch are mixed (mixup, arXiv:1710.09412; CutMix, arXiv:1905.04899). */
export type MixPlan = {
  /** α of mixup's Beta(α, α); 0 for never. */
  readonly mixupAlpha: number;
  /** α of CutMix's Beta(α, α); 0 for never. */
  readonly cutmixAlpha: number;
  /** Share of the batches that are mixed, in [0, 1]; 1 without. */
  readonly probability?: number;
  /** Share of CutMix where both are on, in [0, 1]; ½ without. */
  readonly switchProbability?: number;
  /** Share of each label that all classes have in common, in [0, 1); 0 without. */
  readonly labelSmoothing?: number;
};

/** A batch to mix. */
export type LabelledBatch = {
  /** [B, H, W, C]. */
  readonly images: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [B], in 0…K − 1. */
  readonly labels: ArrayLike<number>;
  /** K. */
  readonly numClasses: number;
};

/** A mixed batch. */
export type MixedBatch = {
  /** [B, H, W, C]. */
  readonly images: Float32Array;
  /** [B, K], rows that sum to 1. */
  readonly targets: Float32Array;
  /** λ, the first image's share; 1 where nothing was mixed. */
  readonly lambda: number;
  /** What was done. */
  readonly kind: "none" | "mixup" | "cutmix";
};

/** Which numbers are drawn for a batch. */
export type MixAddress = { readonly seed: number; readonly epoch: number; readonly step: number };

/**
 * Mixes each image b of a batch with image B − 1 − b, and their labels in the same proportion: by λ · x + (1 − λ) · x′, or by a box of
 * image x′ in image x, whose share of the area is 1 − λ. As timm does in its batch mode: one λ for the batch.
 * @param batch Images and labels; they stay as they are unless the images are `out` too.
 * @param plan How.
 * @param address Which numbers: they depend on the batch, not on its samples.
 * @param out [B, H, W, C] that the mixed images are put in, such as the images themselves; new memory, which takes several times as
 * long to fill, if left out.
 * @throws {RangeError} If one of the plan's values is out of its bounds, or a label is no class.
 * @throws {TypeError} If there are not as many images as labels, or `out` is of another size.
 */
export function mixBatch(
  batch: LabelledBatch,
  plan: MixPlan,
  address: MixAddress,
  out: Float32Array = new Float32Array(batch.images.length),
): MixedBatch {
  check(batch, plan, out);
  const { mixupAlpha, cutmixAlpha, probability = 1, switchProbability = 0.5, labelSmoothing = 0 } = plan;
  const prng = (name: string) => stream({ ...address, name: `mix ${name}` });
  const isMixed = (mixupAlpha > 0 || cutmixAlpha > 0) && uniform(prng("whether"), 0) < probability;
  const isCut = cutmixAlpha > 0 && (mixupAlpha === 0 || uniform(prng("which"), 0) < switchProbability);
  const alpha = isCut ? cutmixAlpha : mixupAlpha;
  const drawn = isMixed ? beta(alpha, alpha, prng("lambda")) : 1;
  const box = isMixed && isCut ? cutBox(batch, drawn, prng("box")) : undefined;
  const lambda = box ? 1 - box.height * box.width / (batch.height * batch.width) : drawn;
  if (box) cut(batch, box, out);
  else if (isMixed) blend(batch, lambda, out);
  else if (out !== batch.images) out.set(batch.images);
  return {
    images: out,
    targets: mixLabels(batch, lambda, labelSmoothing),
    lambda,
    kind: !isMixed ? "none" : isCut ? "cutmix" : "mixup",
  };
}

function check(
  { images, height, width, channels, labels, numClasses }: LabelledBatch,
  plan: MixPlan,
  out: Float32Array,
): void {
  const expected = labels.length * height * width * channels;
  if (images.length !== expected) {
    throw new TypeError(
      `Cannot mix ${images.length} values as ${labels.length} images of ${height}×${width}×${channels}: pass ${expected}`,
    );
  }
  if (out.length !== expected) {
    throw new TypeError(`Cannot put ${expected} values into an array of ${out.length}: pass one as long`);
  }
  const below = numberIn(0, 1 - Number.EPSILON, "[0, 1)");
  const rules = {
    mixupAlpha: numberIn(0, 1e6, "[0, 10⁶]"),
    cutmixAlpha: numberIn(0, 1e6, "[0, 10⁶]"),
    probability: numberIn(0, 1),
    switchProbability: numberIn(0, 1),
    labelSmoothing: below,
  };
  for (const [name, rule] of Object.entries(rules)) {
    const value = plan[name as keyof MixPlan];
    const problem = value === undefined && !name.endsWith("Alpha") ? undefined : rule(value);
    if (problem) throw new RangeError(`mix.${name} is ${value}: ${problem}`);
  }
  for (let b = 0; b < labels.length; b++) {
    const label = labels[b]!;
    if (!(Number.isInteger(label) && label >= 0 && label < numClasses)) {
      throw new RangeError(`Label ${b} is ${label}: give a whole number in 0…${numClasses - 1}`);
    }
  }
}

/** Around a uniform centre, cut off at the border. */
function cutBox(
  { height, width }: LabelledBatch,
  lambda: number,
  prng: Parameters<typeof integer>[0],
): PixelBox {
  const share = Math.sqrt(1 - lambda);
  const [rows, columns] = [Math.trunc(height * share), Math.trunc(width * share)];
  const [y, x] = [integer(prng, 0, height), integer(prng, 1, width)];
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  const top = clamp(y - Math.floor(rows / 2), height), left = clamp(x - Math.floor(columns / 2), width);
  const bottom = clamp(y + Math.floor(rows / 2), height), right = clamp(x + Math.floor(columns / 2), width);
  return { top, left, height: bottom - top, width: right - left };
}

/** Exchanges the box between the two images of each pair, in `out`, which may be the images themselves. */
function cut(
  { images, height, width, channels, labels }: LabelledBatch,
  box: PixelBox,
  out: Float32Array,
): void {
  if (out !== images) out.set(images);
  const size = height * width * channels, length = box.width * channels;
  const kept = new Float32Array(length);
  for (let a = 0, b = labels.length - 1; a < b; a++, b--) {
    for (let y = box.top; y < box.top + box.height; y++) {
      const start = (y * width + box.left) * channels;
      const own = out.subarray(a * size + start, a * size + start + length);
      const other = out.subarray(b * size + start, b * size + start + length);
      kept.set(own);
      own.set(other);
      other.set(kept);
    }
  }
}

/** Blends each pair of images, read once, into `out`, which may be the images themselves. */
function blend({ images, labels }: LabelledBatch, lambda: number, out: Float32Array): void {
  const size = images.length / labels.length;
  const imageOf = (batch: Float32Array, index: number) => batch.subarray(index * size, (index + 1) * size);
  for (let a = 0, b = labels.length - 1; a <= b; a++, b--) {
    const own = imageOf(images, a), other = imageOf(images, b);
    const mixedOwn = imageOf(out, a), mixedOther = imageOf(out, b);
    for (let i = 0; i < size; i++) {
      const x = own[i]!, y = other[i]!;
      mixedOwn[i] = lambda * x + (1 - lambda) * y;
      mixedOther[i] = lambda * y + (1 - lambda) * x;
    }
  }
}

function mixLabels({ labels, numClasses }: LabelledBatch, lambda: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * numClasses).fill(smoothing / numClasses);
  for (let b = 0; b < labels.length; b++) {
    const row = b * numClasses;
    targets[row + labels[b]!]! += lambda * (1 - smoothing);
    targets[row + labels[labels.length - 1 - b]!]! += (1 - lambda) * (1 - smoothing);
  }
  return targets;
}
