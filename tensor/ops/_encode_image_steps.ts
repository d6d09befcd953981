import { gaussianWeights } from "./_gaussian_weights.ts";
import type { ImageStep, ImageSteps } from "./image_step.ts";

/** The steps' codes in image_views.h. */
const codes = {
  resize: 0,
  flip: 1,
  brightness: 2,
  contrast: 3,
  saturation: 4,
  hue: 5,
  grayscale: 6,
  solarize: 7,
  posterize: 8,
  invert: 9,
  blur: 10,
  sharpness: 11,
  autocontrast: 12,
  equalize: 13,
  affine: 14,
  erase: 15,
} as const satisfies Record<Exclude<ImageStep["kind"], "crop">, number>;

/** Where the flip stands in a scaling's numbers. */
const [windowTop, windowHeight, flipped] = [6, 8, 12];

/** All images' steps as the kernel takes them. */
export type EncodedSteps = {
  /** Each step's code, how many numbers follow, and these. */
  readonly steps: Float32Array<ArrayBuffer>;
  /** [B, V + 2]: where an image's shared steps start, those of each view, and where the last one's end. */
  readonly segments: Int32Array<ArrayBuffer>;
};

/** Writes down the steps of every image; they are known to be sound. */
export function encodeImageSteps(
  all: readonly ImageSteps[],
  sizes: readonly { readonly height: number; readonly width: number }[],
  { numViews, channels }: { readonly numViews: number; readonly channels: number },
): EncodedSteps {
  const writer = new Writer(channels);
  const segments = new Int32Array(all.length * (numViews + 2));
  for (const [b, { shared, views }] of all.entries()) {
    let at = b * (numViews + 2);
    segments[at++] = writer.length;
    const from = shared.length > 0 ? writer.write(shared, sizes[b]!, true) : sizes[b]!;
    for (const view of views) {
      segments[at++] = writer.length;
      writer.write(view, from, shared.length === 0);
    }
    segments[at] = writer.length;
  }
  return { steps: writer.values(), segments };
}

type Size = { readonly height: number; readonly width: number };

/** A list of numbers that grows. */
class Writer {
  #values = new Float32Array(1024);
  #scaling: number | undefined; // where the last step's numbers are, if it was a scaling
  readonly #channels: number;
  length = 0;

  constructor(channels: number) {
    this.#channels = channels;
  }

  values(): Float32Array<ArrayBuffer> {
    return this.#values.subarray(0, this.length);
  }

  /** Writes some steps; from an image itself, the first must be a scaling. Returns the size they lead to. */
  write(steps: readonly ImageStep[], from: Size, isImage: boolean): Size {
    this.#scaling = undefined;
    const first = steps[0]?.kind;
    let size = from;
    if (isImage && first !== "resize" && first !== "crop") size = this.#resize(size, whole(size), size);
    for (const step of steps) size = this.#step(step, size);
    return size;
  }

  #step(step: ImageStep, size: Size): Size {
    const scaling = this.#scaling;
    if (step.kind === "resize") {
      return this.#resize(step, step.box ?? whole(size), step, step.filter === "bicubic", step.antialias);
    }
    if (step.kind === "crop") {
      if (scaling === undefined || this.#values[scaling + flipped]) {
        return this.#resize(step.box, step.box, step.box);
      }
      this.#values[scaling + windowTop]! += step.box.top;
      this.#values[scaling + windowTop + 1]! += step.box.left;
      this.#values.set([step.box.height, step.box.width], scaling + windowHeight);
      return step.box;
    }
    if (step.kind === "flip" && scaling !== undefined) {
      this.#values[scaling + flipped] = 1 - this.#values[scaling + flipped]!;
      return size;
    }
    this.#put(codes[step.kind], numbersOf(step, this.#channels));
    this.#scaling = undefined;
    return size;
  }

  #resize(
    size: Size,
    box: Size & { readonly top: number; readonly left: number },
    to: Size,
    isCubic = false,
    antialias = false,
  ): Size {
    const scaling = this.length + 2;
    this.#put(codes.resize, [
      ...[box.top, box.left, box.height, box.width],
      ...[to.height, to.width],
      ...[0, 0, to.height, to.width],
      ...[Number(isCubic), Number(antialias), 0],
    ]);
    this.#scaling = scaling;
    return { height: size.height, width: size.width };
  }

  #put(code: number, numbers: ArrayLike<number>): void {
    const end = this.length + 2 + numbers.length;
    if (end > this.#values.length) {
      const before = this.#values;
      this.#values = new Float32Array(2 * end);
      this.#values.set(before);
    }
    this.#values[this.length] = code;
    this.#values[this.length + 1] = numbers.length;
    this.#values.set(numbers, this.length + 2);
    this.length = end;
  }
}

function whole({ height, width }: Size): Size & { top: number; left: number } {
  return { top: 0, left: 0, height, width };
}

function numbersOf(
  step: Exclude<ImageStep, { kind: "resize" | "crop" }>,
  channels: number,
): ArrayLike<number> {
  switch (step.kind) {
    case "brightness":
    case "contrast":
    case "saturation":
    case "sharpness":
      return [step.factor];
    case "hue":
      return [step.shift];
    case "solarize":
      return [step.threshold];
    case "posterize":
      return [step.bits];
    case "blur": {
      const weights = gaussianWeights(step.sigma, step.kernelSize);
      return [weights.length - 1, ...weights];
    }
    case "affine":
      return [...step.matrix, Number(step.filter === "bilinear"), ...step.fill];
    case "erase": {
      const { box: { top, left, height, width }, values } = step;
      const numbers = new Float32Array(5 + values.length);
      numbers.set([top, left, height, width, Number(values.length !== channels)]);
      numbers.set(values, 5);
      return numbers;
    }
    default:
      return [];
  }
}
