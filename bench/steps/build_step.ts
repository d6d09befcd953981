import { AttentionStep } from "./attention.ts";
import { Conv1dStep } from "./conv1d.ts";
import { EmbeddingStep } from "./embedding.ts";
import { extremaIndices, ExtremaStep } from "./extrema.ts";
import { maeIndices, MaeStep } from "./mae.ts";
import { TransformerStep } from "./transformer.ts";
import type { Setup } from "./setup.ts";
import type { Step } from "./step.ts";

/**
 * Builds our side of a comparison on the device in use.
 * @param setup What to build.
 * @param still Without drop path, so that two sides can be compared.
 */
export function buildStep(setup: Setup, still = false): Step {
  switch (setup.step) {
    case "extrema":
      return new ExtremaStep(setup, still);
    case "mae":
      return new MaeStep(setup);
    case "transformer":
      return new TransformerStep(setup);
    case "embedding":
      return new EmbeddingStep(setup);
    case "attention":
      return new AttentionStep(setup);
    case "conv1d":
      return new Conv1dStep(setup);
  }
}

/** The indices that our step n draws, for another side to take; what they mean is the step's, and not every step has any. */
export function indicesOf(setup: Setup, step: number): Int32Array {
  switch (setup.step) {
    case "extrema":
      return extremaIndices(setup, step);
    case "mae":
      return maeIndices(setup, step);
    default:
      return new Int32Array();
  }
}
