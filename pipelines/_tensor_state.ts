import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { CheckpointError } from "./errors.ts";
import type { NamedArrays } from "./named_arrays.ts";
import { parameterArrays } from "./parameter_arrays.ts";
import type { NamedArray } from "./safetensors.ts";

/** Parameter maps, each under the word that begins its names in a checkpoint. */
export type TensorState = Readonly<Record<string, ParameterMap>>;

/** The values of all maps by prefixed name: `student.norm.weight`. */
export async function readState(state: TensorState): Promise<Record<string, NamedArray>> {
  const arrays: Record<string, NamedArray> = {};
  for (const [prefix, parameters] of Object.entries(state)) {
    for (const [name, array] of Object.entries(await parameterArrays(parameters))) {
      arrays[`${prefix}.${name}`] = array;
    }
  }
  return arrays;
}

/**
 * Gives every parameter the value that was stored under its prefixed name.
 * @throws {CheckpointError} If a name is missing or has another shape.
 */
export function restoreState(state: TensorState, arrays: NamedArrays): void {
  for (const [prefix, parameters] of Object.entries(state)) {
    for (const [name, parameter] of Object.entries(parameters)) {
      const stored = arrays[`${prefix}.${name}`];
      if (!stored || !tf.util.arraysEqual([...stored.shape], parameter.shape)) {
        throw new CheckpointError(
          `Cannot restore ${prefix}.${name} [${parameter.shape}]: the checkpoint has ${
            stored ? `it as [${stored.shape}]` : "no such tensor"
          }`,
        );
      }
      const value = tf.tensor(stored.data.slice(), parameter.shape); // a copy: a variable's memory is written in place
      parameter.assign(value);
      value.dispose();
    }
  }
}
