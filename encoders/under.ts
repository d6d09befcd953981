import type { ParameterMap } from "@lacuna/tensor";
import type { Module } from "./module.ts";

/**
 * The parameters of a part under the names that the whole gives them, `weight` → `prefix.weight`.
 * @param prefix Name of the part, without a dot at its end.
 * @param module The part.
 */
export function under(prefix: string, module: Module): ParameterMap {
  const entries = Object.entries(module.parameters);
  return Object.fromEntries(entries.map(([name, parameter]) => [`${prefix}.${name}`, parameter]));
}
