import type { ParameterMap } from "@lacuna/tensor";
import { restoreState } from "../_tensor_state.ts";
import { CheckpointError } from "../errors.ts";
import type { NamedArrays } from "../named_arrays.ts";
import { misfits } from "./_misfits.ts";

/** What `loadParameters()` left as it was. */
export type LoadReport = {
  /** Parameters that keep their values, as there are no tensors for them. */
  readonly missing: readonly string[];
  /** Tensors that are no parameters. */
  readonly unused: readonly string[];
};

/**
 * Gives parameters the values of tensors of the same names, all of them or none.
 * @param tensors In our layout, such as `fromOfficial()` gives.
 * @param parameters Changed in place.
 * @param optional Names that may be on one side alone, such as `/^decoder\./` for a file of an encoder; none if left out.
 * @returns Those that were.
 * @throws {CheckpointError} Naming every parameter without a tensor, every tensor without a parameter, and every one of another shape.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Linear } from "@lacuna/encoders";
 * import { loadParameters } from "@lacuna/pipelines/interop";
 * import { stream } from "@lacuna/random";
 * import { useDevice } from "@lacuna/tensor";
 * await useDevice("cpu");
 * const { parameters } = new Linear(2, 1, stream({ seed: 0, name: "init" }));
 * const tensors = { weight: { shape: [2, 1], data: Float32Array.of(3, 4) } };
 * assert.throws(() => loadParameters(tensors, parameters), { message: "Cannot load the parameters: bias is missing" });
 * assert.deepEqual(loadParameters(tensors, parameters, /^bias$/), { missing: ["bias"], unused: [] });
 * assert.deepEqual([...parameters["weight"]!.dataSync()], [3, 4]);
 * ```
 */
export function loadParameters(
  tensors: NamedArrays,
  parameters: ParameterMap,
  optional?: RegExp,
): LoadReport {
  const missing = Object.keys(parameters).filter((name) => !Object.hasOwn(tensors, name));
  const unused = Object.keys(tensors).filter((name) => !Object.hasOwn(parameters, name));
  const shared = Object.entries(parameters).filter(([name]) => Object.hasOwn(tensors, name));
  const problems = misfits(tensors, parameters, optional);
  if (problems.length > 0) throw new CheckpointError(`Cannot load the parameters: ${problems.join("; ")}`);
  const prefixed = Object.fromEntries(shared.map(([name]) => [`model.${name}`, tensors[name]!]));
  restoreState({ model: Object.fromEntries(shared) }, prefixed);
  return { missing, unused };
}
