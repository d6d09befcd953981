import { useDevice } from "@lacuna/tensor";
import { type ImageStep, imageViews, type SourceImage } from "@lacuna/tensor/image-views";
import assert from "node:assert/strict";
import { randAugmentNames, randAugmentStep } from "./_draw_rand_augment.ts";
import golden from "./golden/golden.json" with { type: "json" };

/** What torchvision makes of an image: of floats, of bytes, and of Pillow's. */
type Case = {
  readonly image: string;
  readonly step?: ImageStep;
  readonly operation?: string;
  readonly magnitude?: number;
  readonly height: number;
  readonly width: number;
  readonly float: string;
  readonly uint8: string;
  readonly pillow: string;
};

/**
 * How far we are from torchvision on floats, which we follow: it computes in float32, and its grey weighs red 0.2989 where we have 0.299 as
 * Pillow does. On bytes it computes on 8 bits of an image, and posterizes those of a float differently: there we follow bytes.
 */
function floatTolerance(step: ImageStep): number | undefined {
  if (step.kind === "posterize") return undefined;
  const hasGrey = step.kind === "contrast" || step.kind === "saturation" || step.kind === "grayscale";
  return hasGrey ? 1.01e-4 : 2e-6;
}

/**
 * How many of 255 levels we may be from torchvision on bytes. It rounds the result, mostly down, and what it is mixed with, and clips what
 * a cubic filter overshoots after each of its two passes, where we do it once.
 */
function byteTolerance(step: ImageStep): number {
  if (step.kind === "resize") return step.filter === "bicubic" ? 11 : 1;
  if (step.kind === "affine" || step.kind === "blur") return 0.51; // rounded once
  const exact = ["flip", "invert", "solarize", "posterize", "equalize"];
  return exact.includes(step.kind) ? 1e-4 : 1.5;
}

/** Pillow rounds too; it always scales with antialias, and it fills what an affine map has beyond the border in another way. */
function pillowTolerance(step: ImageStep): number | undefined {
  if (step.kind === "affine" && step.filter === "bilinear") return undefined;
  if (step.kind === "resize" && !step.antialias) return undefined;
  if (step.kind === "hue") return 8.5; // hue and saturation have 8 bits each there
  return byteTolerance(step);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text);
}

function stepOf({ step, operation, magnitude = 0 }: Case, size: SourceImage): ImageStep | undefined {
  if (step) return step;
  const name = randAugmentNames.find((name) => name === operation)!;
  const drawn = { magnitude: Math.abs(magnitude), sign: magnitude < 0 ? -1 : 1 } as const;
  return randAugmentStep(name, drawn, size, { filter: "nearest", fill: [0, 0, 0] });
}

function assertNear(
  actual: Float32Array,
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i]! - value) <= tolerance, `${what}: ${actual[i]} ≠ ${value} at ${i}`);
  }
}

const images: Readonly<Record<string, SourceImage>> = Object.fromEntries(
  Object.entries(golden.images).map(([name, image]) => [name, { ...image, pixels: bytesOf(image.pixels) }]),
);

for (const device of ["native", "wasm", "cpu"]) {
  const missing = await useDevice(device).then(() => "", () => " (skipped: not built)");
  Deno.test({
    name: `steps on ${device} are what ${golden.madeBy} make of them${missing}`,
    ignore: missing !== "",
    fn: async () => {
      await useDevice(device);
      for (const [i, each] of (golden.cases as Case[]).entries()) {
        const image = images[each.image]!;
        const step = stepOf(each, image) ?? { kind: "crop", box: { top: 0, left: 0, ...each } };
        const format = {
          ...{ height: each.height, width: each.width, channels: image.channels },
          mean: Array(image.channels).fill(0),
          std: Array(image.channels).fill(1),
        };
        const [view] = imageViews([image], [{ shared: [], views: [[step]] }], format);
        const what = `case ${i}, ${JSON.stringify(each.step ?? each.operation)} of ${each.image}`;
        const checks = [
          ["float", [...new Float32Array(bytesOf(each.float).buffer)], floatTolerance(step)],
          ["uint8", [...bytesOf(each.uint8)].map((level) => level / 255), byteTolerance(step) / 255],
          [
            "Pillow",
            [...bytesOf(each.pillow)].map((level) => level / 255),
            (pillowTolerance(step) ?? NaN) / 255,
          ],
        ] as const;
        for (const [kind, expected, tolerance] of checks) {
          if (tolerance && !Number.isNaN(tolerance)) {
            assertNear(view!, expected, tolerance, `${what}, ${kind}`);
          }
        }
      }
    },
  });
}
