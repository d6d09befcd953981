import { type Prng, uniforms } from "@lacuna/random";
import { maskAllBut } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Turns a mask of blocks into one of an exact number of tokens: of the visible ones, a random part is masked too.
 *
 * The tokens are put in random order, visible ones first; then the order is turned by some places, whose masked tokens become visible, and
 * the first N − M are kept.
 * @param blocks A mask of about the right size, such as `blockMask()` draws with as many `maxAttempts` as it needs.
 * @param numMasked M, in 1…N − 1: 147 of 196 in the paper.
 * @param prng Where to look; the same stream gives the same mask.
 * @param turn By how many places the order is turned, 0…N − 1; BootMAE's code draws 0…3 for each batch.
 * @returns `visible` [N − M] and `masked` [M].
 * @throws {RangeError} If M is not in 1…N − 1 or `turn` not in 0…N − 1.
 * @see BootMAE, arXiv:2207.07116, and its official code
 */
export function blockToExactMask(blocks: TokenMask, numMasked: number, prng: Prng, turn = 0): TokenMask {
  const { visible, masked } = blocks;
  const numTokens = visible.length + masked.length;
  if (!(Number.isInteger(numMasked) && numMasked >= 1 && numMasked < numTokens)) {
    throw new RangeError(`Cannot mask ${numMasked} of ${numTokens} tokens: choose 1…${numTokens - 1}`);
  }
  if (!(Number.isInteger(turn) && turn >= 0 && turn < numTokens)) {
    throw new RangeError(
      `Cannot turn the order of ${numTokens} tokens by ${turn}: choose 0…${numTokens - 1}`,
    );
  }
  const noise = uniforms(numTokens, prng);
  const byNoise = (tokens: Int32Array) => Array.from(tokens).sort((a, b) => noise[b]! - noise[a]!);
  const order = [...byNoise(visible), ...byNoise(masked)];
  const turned = [...order.slice(numTokens - turn), ...order.slice(0, numTokens - turn)];
  return maskAllBut(numTokens, turned.slice(0, numTokens - numMasked));
}
