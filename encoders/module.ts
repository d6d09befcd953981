import type { ParameterMap } from "@lacuna/tensor";

/**
 * Anything with parameters: it shows them as one flat map of dotted names, in which a checkpoint stores them.
 */
export interface Module {
  /** Every parameter, trainable or not, by its name inside this module. */
  readonly parameters: ParameterMap;
}
