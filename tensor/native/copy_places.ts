import type { NativeFunctions } from "./ffi.ts";
import type { Floats } from "./memory.ts";

/** Floats from one place to the next along each axis of a tensor whose values lie without gaps. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

/**
 * Copies floats between places: one step along axis i moves `fromStrides[i]` and `toStrides[i]` floats. Slices, paddings, repetitions
 * and transpositions are of this kind.
 * @param shape At most 8 sizes.
 * @param fromStrides 0 repeats along an axis.
 */
export function copyPlaces(
  native: NativeFunctions,
  from: Floats,
  to: Floats,
  shape: readonly number[],
  fromStrides: readonly number[],
  toStrides: readonly number[],
): void {
  if (shape.includes(0)) return;
  const axes: { size: number; from: number; to: number }[] = []; // neighbours that are walked like one axis are one
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue;
    const axis = { size, from: fromStrides[i]!, to: toStrides[i]! };
    const last = axes.at(-1);
    if (last && last.from === axis.from * size && last.to === axis.to * size) {
      axes[axes.length - 1] = { ...axis, size: last.size * size };
    } else axes.push(axis);
  }
  const last = axes.at(-1);
  const run = last?.from === 1 && last.to === 1 ? axes.pop()!.size : 1;
  if (axes.length <= 1) {
    const [rows = { size: 1, from: run, to: run }] = axes;
    native.copy_runs_f32(from, rows.from, to, rows.to, rows.size, run);
    return;
  }
  const [sizes, sources, targets] = (["size", "from", "to"] as const).map((key) =>
    Uint32Array.from(axes, (axis) => axis[key])
  );
  native.copy_places_f32(from, to, sizes!, sources!, targets!, axes.length, run);
}
