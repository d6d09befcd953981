import type { NamedArray } from "./safetensors.ts";

/** The tensors of a model by their names, in the order in which they are stored. */
export type NamedArrays = Readonly<Record<string, NamedArray>>;
