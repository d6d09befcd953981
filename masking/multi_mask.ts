import { choice, type Prng, substream } from "@lacuna/random";
import { maskAllBut } from "./_split.ts";
import { numVisible } from "./num_visible.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of the K masks of one image. */
export type MultiMaskOptions = {
  /** N, the tokens of one image, class token excluded. */
  readonly numTokens: number;
  /** Share of the tokens each mask hides, in (0, 1). */
  readonly maskRatio: number;
  /** K ≥ 1; for disjoint masks K · V ≤ N. */
  readonly numMasks: number;
  /** Whether two masks of an image share no kept token, or are drawn one without the other. */
  readonly kind: "disjoint" | "independent";
};

/**
 * Draws K masks of one image, each of which keeps V = `numVisible(N, ratio)` tokens.
 *
 * Disjoint masks are consecutive parts of one random order; independent ones take the beginning of K orders. The
 * official code sorts uniform noise to get an order, which has the same distribution, and keeps tokens in random order, which does not change
 * what an encoder says of them.
 * @param options Sizes and kind.
 * @param prng The stream of one image; the same stream gives the same masks.
 * @returns K masks of V visible tokens.
 * @throws {RangeError} If the ratio leaves or hides no token, K is not a positive integer, or disjoint masks do not
 * fit: K · V > N.
 * @see ExtreMA, arXiv:2206.04667, "multi-masking"
 */
export function multiMask(options: MultiMaskOptions, prng: Prng): TokenMask[] {
  const { numTokens, maskRatio, numMasks, kind } = options;
  const visible = numVisible(numTokens, maskRatio);
  if (!(Number.isInteger(numMasks) && numMasks > 0)) {
    throw new RangeError(`Cannot draw ${numMasks} masks: give a positive integer`);
  }
  const masks = [...Array(numMasks).keys()];
  if (kind === "independent") {
    return masks.map((i) => maskAllBut(numTokens, choice(numTokens, visible, substream(prng, `${i}`))));
  }
  if (numMasks * visible > numTokens) {
    throw new RangeError( // the official code goes on with masks that are too short
      `${numMasks} disjoint masks of ${visible} tokens do not fit in ${numTokens}: ` +
        `draw at most ${Math.floor(numTokens / visible)}, raise the mask ratio, or draw independent masks`,
    );
  }
  const order = choice(numTokens, numMasks * visible, prng);
  return masks.map((i) => maskAllBut(numTokens, order.subarray(i * visible, (i + 1) * visible)));
}
