import { permutation, type Prng } from "@lacuna/random";

/** One sample's token indices in two parts, each ascending; together they are 0…N − 1. */
export type TokenMask = {
  /** [N − M], the tokens the encoder sees. */
  readonly visible: Int32Array;
  /** [M], the tokens it does not. */
  readonly masked: Int32Array;
};

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
  const order = permutation(numTokens, prng);
  return { masked: order.slice(0, numMasked).sort(), visible: order.slice(numMasked).sort() };
}
