import type { ParameterMap } from "@lacuna/tensor";
import type { NamedArrays } from "../named_arrays.ts";

/**
 * What is wrong between tensors and the parameters of a model: missing, without a place, of another shape.
 * @param optional Names that may be on one side alone.
 */
export function misfits(tensors: NamedArrays, parameters: ParameterMap, optional?: RegExp): string[] {
  const isOptional = (name: string) => optional !== undefined && name.search(optional) !== -1;
  const missing = Object.keys(parameters).filter((name) => !Object.hasOwn(tensors, name));
  const unused = Object.keys(tensors).filter((name) => !Object.hasOwn(parameters, name));
  const shared = Object.entries(parameters).filter(([name]) => Object.hasOwn(tensors, name));
  return [
    ...missing.filter((name) => !isOptional(name)).map((name) => `${name} is missing`),
    ...unused.filter((name) => !isOptional(name)).map((name) => `${name} has no place`),
    ...shared.flatMap(([name, { shape }]) =>
      `${shape}` === `${tensors[name]!.shape}` ? [] : [`${name} is [${tensors[name]!.shape}], not [${shape}]`]
    ),
  ];
}
