import type { ParameterMap } from "@lacuna/tensor";
import type { NamedArray } from "./safetensors.ts";
import type { NamedArrays } from "./named_arrays.ts";

/** The values of parameters, in our layout. */
export async function parameterArrays(parameters: ParameterMap): Promise<NamedArrays> {
  const arrays: Record<string, NamedArray> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    arrays[name] = { shape: parameter.shape, data: await parameter.data<"float32">() };
  }
  return arrays;
}
