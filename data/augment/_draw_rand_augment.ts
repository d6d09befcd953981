import { integer, normal, type Prng, uniform } from "@lacuna/random";
import type { ImageStep } from "@lacuna/tensor/image-views";
import type { RandAugment } from "./transform.ts";

type Size = { readonly height: number; readonly width: number };
type Matrix = Extract<ImageStep, { kind: "affine" }>["matrix"];

/** What an operation does at a magnitude m in [0, 1], to one side or the other. */
type Operation = (m: number, sign: number, size: Size) => Change;
type Change = Matrix | ImageStep | undefined;

const mostMagnitude = 30;

/** AutoAugment's operations in torchvision's ranges; an affine one as where each pixel comes from, counted from the centre. */
const operations = {
  Identity: () => undefined,
  ShearX: (m, sign, { height }) => [1, sign * 0.3 * m, sign * 0.15 * m * height, 0, 1, 0], // the first row's upper edge stays
  ShearY: (m, sign, { width }) => [1, 0, 0, sign * 0.3 * m, 1, sign * 0.15 * m * width],
  TranslateX: (m, sign, { width }) => [1, 0, -sign * Math.trunc(150 / 331 * width * m), 0, 1, 0],
  TranslateY: (m, sign, { height }) => [1, 0, 0, 0, 1, -sign * Math.trunc(150 / 331 * height * m)],
  Rotate: (m, sign) => rotation(sign * 30 * m),
  Brightness: (m, sign) => ({ kind: "brightness", factor: 1 + sign * 0.9 * m }),
  Color: (m, sign) => ({ kind: "saturation", factor: 1 + sign * 0.9 * m }),
  Contrast: (m, sign) => ({ kind: "contrast", factor: 1 + sign * 0.9 * m }),
  Sharpness: (m, sign) => ({ kind: "sharpness", factor: 1 + sign * 0.9 * m }),
  Posterize: (m) => ({ kind: "posterize", bits: 8 - roundToEven(4 * m) }),
  Solarize: (m) => ({ kind: "solarize", threshold: 1 - m }),
  AutoContrast: () => ({ kind: "autocontrast" }),
  Equalize: () => ({ kind: "equalize" }),
} as const satisfies Record<string, Operation>;

/** Their names, in the order that they are drawn from. */
export const randAugmentNames: readonly (keyof typeof operations)[] = Object.keys(
  operations,
) as (keyof typeof operations)[];

/** Counter-clockwise, by degrees. */
function rotation(degrees: number): Matrix {
  const [cos, sin] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
  return [cos, -sin, 0, sin, cos, 0];
}

function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** What an operation is for an image of some size; nothing if it leaves the image as it is. */
export function randAugmentStep(
  name: keyof typeof operations,
  { magnitude, sign }: { readonly magnitude: number; readonly sign: 1 | -1 },
  size: Size,
  { filter, fill }: Pick<Extract<ImageStep, { kind: "affine" }>, "filter" | "fill">,
): ImageStep | undefined {
  const operation: Operation = operations[name];
  const change = operation(magnitude / mostMagnitude, sign, size);
  return !change || "kind" in change ? change : { kind: "affine", matrix: change, filter, fill };
}

/** The operations that are drawn, as steps; eight numbers for each, from index 0: which, to which side, how far (two). */
export function drawRandAugment(
  { numOps = 2, magnitude = 9, magnitudeStd = 0, interpolation = "nearest", fill }: RandAugment,
  size: Size,
  numChannels: number,
  prng: Prng,
): ImageStep[] {
  const outside = { filter: interpolation, fill: fill ?? Array<number>(numChannels).fill(0) };
  return Array.from({ length: numOps }, (_, i) => {
    const name = randAugmentNames[integer(prng, 8 * i, randAugmentNames.length)]!;
    const sign = uniform(prng, 8 * i + 1) < 0.5 ? -1 : 1;
    const drawn = magnitude + (magnitudeStd > 0 ? magnitudeStd * normal(prng, 8 * i + 2) : 0);
    return randAugmentStep(
      name,
      { magnitude: Math.min(Math.max(drawn, 0), mostMagnitude), sign },
      size,
      outside,
    );
  }).filter((step) => step !== undefined);
}
