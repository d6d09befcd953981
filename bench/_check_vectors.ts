import type { Answers } from "./_contender.ts";
import { noise } from "./_noise.ts";

/**
 * What is compared of the vectors that an encoder gives.
 * @param counts Numbers of parameters, as {@linkcode Answers} has them.
 * @param vectors All vectors' numbers.
 */
export function checkVectors(counts: readonly number[], vectors: Float32Array): Answers["check"] {
  const weights = noise(vectors.length, 2);
  let [squares, product] = [0, 0];
  for (const [i, x] of vectors.entries()) {
    squares += x * x;
    product += x * weights[i]!; // another order or sign changes it
  }
  return {
    "number of parameters": counts,
    "norm of all vectors": [Math.sqrt(squares)],
    "norm plus product with noise": [Math.sqrt(squares) + product], // a sum near 0 would ask for more digits than there are
  };
}
