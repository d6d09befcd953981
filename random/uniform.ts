import { blockAt } from "./_block_at.ts";
import type { Prng } from "./stream.ts";

/**
 * The number at one index of a stream, uniform in [0, 1): a multiple of 2⁻²⁴, exact in float32.
 * @param prng Where to look.
 * @param index In 0…2³⁴ − 1.
 * @throws {RangeError} If the index is not an integer in its range.
 */
export function uniform(prng: Prng, index: number): number {
  return (blockAt(prng, index)[index % 4]! >>> 8) * 2 ** -24;
}
