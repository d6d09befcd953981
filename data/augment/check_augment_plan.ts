import { nearestName } from "@lacuna/tensor/nearest-name";
import { either, listOf, numberIn, oneOf, rangeIn, type Rule, shown, wholeIn } from "./_fields.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

const mostSide = 2 ** 14;
const probability = numberIn(0, 1);
const tiny = Number.MIN_VALUE;
const area = rangeIn(tiny, 1, "(0, 1]");
const ratio = rangeIn(tiny, Infinity, "(0, ∞)");
const strength = numberIn(0, Infinity, "[0, ∞)");
const size = listOf(wholeIn(1, mostSide), 2);
const antialias = oneOf(true, false);
const interpolation = oneOf("bilinear", "bicubic");
const oddKernel: Rule = (value) =>
  typeof value === "number" && value % 2 === 1 && value >= 1 && value <= 255
    ? undefined
    : "give an odd number in 1…255";

/** Every transform's fields; those with a `?` may be left out. */
const transforms: { readonly [Kind in Transform["kind"]]: Readonly<Record<string, Rule>> } = {
  randomResizedCrop: {
    "scale?": area,
    "ratio?": ratio,
    "interpolation?": interpolation,
    "antialias?": antialias,
  },
  resize: {
    size: either(wholeIn(1, mostSide), size),
    "interpolation?": interpolation,
    "antialias?": antialias,
  },
  centerCrop: { "size?": size },
  flip: { "probability?": probability },
  colorJitter: {
    "brightness?": strength,
    "contrast?": strength,
    "saturation?": strength,
    "hue?": numberIn(0, 0.5),
    "probability?": probability,
  },
  grayscale: { probability },
  gaussianBlur: {
    sigma: rangeIn(tiny, Infinity, "(0, ∞)"),
    kernelSize: oddKernel,
    "probability?": probability,
  },
  solarize: { "threshold?": numberIn(0, 1), probability },
  randAugment: {
    "numOps?": wholeIn(0, 100),
    "magnitude?": numberIn(0, 30),
    "magnitudeStd?": strength,
    "interpolation?": oneOf("nearest", "bilinear"),
    "fill?": listOf(numberIn(0, 1)),
  },
  randomErasing: {
    "probability?": probability,
    "scale?": area,
    "ratio?": ratio,
    "value?": either(numberIn(-1e6, 1e6), oneOf("noise")),
  },
};

const anyList: Rule = (value) => Array.isArray(value) ? undefined : "give a list of transforms";
const plan: Readonly<Record<string, Rule>> = {
  size,
  "shared?": anyList,
  views: (value) =>
    Array.isArray(value) && value.length > 0 && value.every(Array.isArray)
      ? undefined
      : "give a list of transforms for each view",
  mean: listOf(numberIn(-Infinity, Infinity, "(−∞, ∞)")),
  std: listOf(numberIn(tiny, Infinity, "(0, ∞)")),
};

/**
 * Checks a plan that comes from outside, such as from a file.
 * @param value Whatever was read.
 * @returns The same, known to be a plan.
 * @throws {TypeError} If it is no object, or a field is unknown or missing; the message names the field, and the one that was meant.
 * @throws {RangeError} If a field's value is not one that it may have; the message says which it may.
 */
export function checkAugmentPlan(value: unknown): AugmentPlan {
  checkFields(value, plan, "plan");
  const { shared = [], views, mean, std, size } = value as AugmentPlan;
  if (mean.length !== std.length || mean.length === 0) {
    throw new RangeError(
      `plan.mean has ${mean.length} values and plan.std ${std.length}: give one of each for every channel`,
    );
  }
  checkList(shared, "plan.shared", mean.length);
  for (const [v, view] of views.entries()) checkList(view, `plan.views[${v}]`, mean.length);
  return { size, shared, views, mean, std };
}

function checkList(list: readonly unknown[], path: string, numChannels: number): void {
  for (const [i, transform] of list.entries()) {
    const { kind, fill } = checkTransform(transform, `${path}[${i}]`);
    if (kind === "randomErasing" && (i < list.length - 1 || path === "plan.shared")) {
      throw new RangeError(`${path}[${i}] is "randomErasing": make it the last of its view`);
    }
    if (fill && fill.length !== numChannels) {
      throw new RangeError(
        `${path}[${i}].fill has ${fill.length} values: give one for each of ${numChannels} channels`,
      );
    }
  }
}

function checkTransform(value: unknown, path: string): { kind: string; fill?: readonly number[] } {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const kinds = Object.keys(transforms);
  if (typeof kind !== "string" || !Object.hasOwn(transforms, kind)) {
    const near = typeof kind === "string" ? nearestName(kind, kinds) : undefined;
    const hint = near ? `: did you mean "${near}"?` : "";
    throw new TypeError(`${path}.kind is ${shown(kind)}${hint} Choose one of ${kinds.join(", ")}`);
  }
  checkFields(value, { kind: oneOf(kind), ...transforms[kind as Transform["kind"]] }, path);
  return value as { kind: string; fill?: readonly number[] };
}

function checkFields(value: unknown, rules: Readonly<Record<string, Rule>>, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${path} is ${shown(value)}: give an object`);
  }
  const names = Object.keys(rules).map((name) => name.replace("?", ""));
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    const near = nearestName(name, names);
    throw new TypeError(
      `${path} has no field "${name}"${
        near ? `: did you mean "${near}"?` : `: its fields are ${names.join(", ")}`
      }`,
    );
  }
  for (const [key, rule] of Object.entries(rules)) {
    const name = key.replace("?", "");
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined && key.endsWith("?")) continue;
    if (field === undefined) throw new TypeError(`${path} lacks "${name}": ${rule(undefined)}`);
    const problem = rule(field);
    if (problem) throw new RangeError(`${path}.${name} is ${shown(field)}: ${problem}`);
  }
}
