import { choice, type Prng } from "@lacuna/random";
import { maskOf } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Makes the numbers of masked tokens equal: of each mask as many are left, at random, as the smallest has.
 * @param masks [B], of any lengths.
 * @param prngs [B], one stream a mask.
 * @returns [B] masks with equally many masked tokens; the others of a mask have become visible.
 * @throws {RangeError} If there are not as many streams as masks.
 * @see `require_same_masks` of data2vec's official code
 */
export function thinMasks(masks: readonly TokenMask[], prngs: readonly Prng[]): TokenMask[] {
  if (masks.length !== prngs.length) {
    throw new RangeError(`${masks.length} masks and ${prngs.length} streams: give one stream a mask`);
  }
  const least = Math.min(...masks.map(({ masked }) => masked.length));
  return masks.map(({ visible, masked }, b) => {
    const left = choice(masked.length, least, prngs[b]!);
    return maskOf(visible.length + masked.length, Array.from(left, (at) => masked[at]!));
  });
}
