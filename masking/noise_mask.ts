import { maskAllBut } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Keeps the tokens with the least noise: the mask that a table of numbers stands for, so that another program's masks can be had again.
 * @param noise [N], any numbers; of equal ones the earlier token is kept.
 * @param numVisible V, the tokens to keep, in 1…N − 1.
 * @returns `visible` [V] and `masked` [N − V].
 * @throws {RangeError} If V is not in 1…N − 1, or a number is NaN.
 * @see MAE, arXiv:2111.06377, §3 "Simple implementation"
 */
export function noiseMask(noise: ArrayLike<number>, numVisible: number): TokenMask {
  const numTokens = noise.length;
  if (!(Number.isInteger(numVisible) && numVisible >= 1 && numVisible < numTokens)) {
    throw new RangeError(`Cannot keep ${numVisible} of ${numTokens} tokens: choose 1…${numTokens - 1}`);
  }
  const values = Float64Array.from(noise);
  const missing = values.findIndex(Number.isNaN);
  if (missing >= 0) {
    throw new RangeError(`The noise of token ${missing} is NaN: give a number for each token`);
  }
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!); // stable
  return maskAllBut(numTokens, order.slice(0, numVisible));
}
