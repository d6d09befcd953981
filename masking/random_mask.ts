import { choice, type Prng } from "@lacuna/random";
import { maskOf } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Masks M = round(ratio · N) tokens, uniformly and without replacement.
 * @param numTokens N, the tokens of one sample, class token excluded.
 * @param ratio Share of tokens to mask, in (0, 1).
 * @param prng Where to look; the same stream gives the same mask.
 * @returns `visible` [N − M] and `masked` [M].
 * @throws {RangeError} If M is 0 or N, or N is not an integer.
 * @see MAE, arXiv:2111.06377, §3 "Masking"
 */
export function randomMask(numTokens: number, ratio: number, prng: Prng): TokenMask {
  const numMasked = Math.round(ratio * numTokens); // floor(N · (1 − ratio)) keeps 0 of 10 at 0.9
  if (!(numMasked >= 1 && numMasked < numTokens)) {
    throw new RangeError(
      `Cannot mask ${numMasked} of ${numTokens} tokens at ratio ${ratio}: choose one that leaves some of each`,
    );
  }
  return maskOf(numTokens, choice(numTokens, numMasked, prng));
}
