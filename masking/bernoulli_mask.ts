import { type Prng, substream, uniforms } from "@lacuna/random";
import { splitByFlags } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Masks each token by itself with the same probability, so that the number of masked ones varies. What would mask all or none is drawn
 * again.
 * @param numTokens N ≥ 2, the tokens of one sample, class token excluded.
 * @param probability Of a token to be masked, in (0, 1).
 * @param prng Where to look; the same stream gives the same mask.
 * @returns `visible` [N − M] and `masked` [M], 1 ≤ M < N.
 * @throws {RangeError} If N is not an integer ≥ 2 or the probability is not in (0, 1), or so near to an end that a thousand draws leave no
 * token of one kind.
 */
export function bernoulliMask(numTokens: number, probability: number, prng: Prng): TokenMask {
  if (!(Number.isInteger(numTokens) && numTokens >= 2)) {
    throw new RangeError(`Cannot mask some of ${numTokens} tokens: give at least 2`);
  }
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(
      `Mask probability ${probability} is not between 0 and 1: choose one that leaves some of each`,
    );
  }
  for (let attempt = 0; attempt < 1000; attempt++) {
    const noise = uniforms(numTokens, substream(prng, `${attempt}`));
    const mask = splitByFlags(Uint8Array.from(noise, (u) => u < probability ? 1 : 0));
    if (mask.masked.length > 0 && mask.visible.length > 0) return mask;
  }
  throw new RangeError(
    `Mask probability ${probability} leaves no token of one kind among ${numTokens}: choose one further from 0 and 1`,
  );
}
