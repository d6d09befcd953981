import type * as tf from "@tensorflow/tfjs-core";
import { copyParameters } from "./copy_parameters.ts";
import type { PatchTokens } from "./token_encoder.ts";

/**
 * A fresh encoder with another's values, reduced to what its `patchTokens()` reads.
 * @param unused Names of the parameters that it does not read; they are freed.
 */
export function tunable(from: PatchTokens, fresh: PatchTokens, unused: RegExp): PatchTokens {
  copyParameters(from.parameters, fresh.parameters);
  const parameters: Record<string, tf.Variable> = {};
  for (const [name, parameter] of Object.entries(fresh.parameters)) {
    if (unused.test(name)) parameter.dispose();
    else parameters[name] = parameter;
  }
  for (const parameter of Object.values(parameters)) parameter.trainable = true; // sine-cosine positions are only a start
  return {
    config: fresh.config,
    parameters,
    patchTokens: (images, dropPath) => fresh.patchTokens(images, dropPath),
  };
}
