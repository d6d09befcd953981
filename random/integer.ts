import { blockAt } from "./_block_at.ts";
import { checkInteger } from "./_check_integer.ts";
import { mulHigh } from "./_mul_high.ts";
import type { Prng } from "./stream.ts";

/**
 * The integer at one index of a stream, in 0…bound − 1: ⌊word · bound / 2³²⌋. Each has the probability 1 / bound to
 * within 2⁻³²: one word and no rejection, so that index i never depends on how i − 1 went.
 * @param prng Where to look.
 * @param index In 0…2³⁴ − 1.
 * @param bound In 1…2³² − 1.
 * @throws {RangeError} If index or bound is not an integer in its range.
 */
export function integer(prng: Prng, index: number, bound: number): number {
  checkInteger("Bound", bound, 1, 2 ** 32 - 1);
  return mulHigh(blockAt(prng, index)[index % 4]!, bound);
}
