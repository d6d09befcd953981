import type { ParameterMap } from "@lacuna/tensor";
import type { Tensor } from "@tensorflow/tfjs-core";

/** A piece of work that is done again and again, and what can be known of it. */
export interface Step {
  /** What is trained, or only used; its values may be replaced before the first step. */
  readonly parameters: ParameterMap;
  /** What follows the trained parameters, where something does. */
  readonly teacher?: ParameterMap;
  /**
   * Takes one step, which is over when its result is there.
   * @param inspect Sees what came out, all of which is disposed of afterwards: the gradients of a training step, or the vectors.
   * @returns The loss of a training step; of one that only embeds, the first number of the first vector.
   */
  take(inspect?: (results: readonly Tensor[]) => void): Promise<number>;
}
