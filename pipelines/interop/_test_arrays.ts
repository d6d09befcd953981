import type { NamedArrays } from "../named_arrays.ts";
import type { NamedArray } from "../safetensors.ts";

/** Tensors of these shapes, no two numbers of which are alike. */
export function counting(shapes: Readonly<Record<string, readonly number[]>>): NamedArrays {
  const arrays: Record<string, NamedArray> = {};
  let next = 1;
  for (const [name, shape] of Object.entries(shapes)) {
    arrays[name] = { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => next++) };
  }
  return arrays;
}

/** The numbers of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Tensors in which element i of the k-th by the order of names is 0.1 · sin(0.37 · i + k), plus 1 in a norm's weight: those of the outputs that
 * were noted from PyTorch.
 */
export function waves(shapes: Readonly<Record<string, readonly number[]>>): NamedArrays {
  return Object.fromEntries(
    Object.keys(shapes).sort().map((name, k) => {
      const one = name.toLowerCase().includes("norm") && name.endsWith("weight") ? 1 : 0;
      const shape = shapes[name]!;
      const wave = (_: unknown, i: number) => 0.1 * Math.sin(0.37 * i + k) + one;
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, wave) }];
    }),
  );
}
