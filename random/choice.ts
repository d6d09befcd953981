import { checkInteger } from "./_check_integer.ts";
import { mulHigh } from "./_mul_high.ts";
import { words } from "./_words.ts";
import type { Prng } from "./stream.ts";

/**
 * Draws k of the integers 0…n − 1 without replacement, in random order, every arrangement equally likely to
 * within k · n · 2⁻³² of its probability. A smaller k gives the beginning of the same arrangement.
 * @param n In 0…2³¹ − 1.
 * @param k In 0…n.
 * @param prng Uses the indices 0…k − 1.
 * @returns [k], distinct.
 * @throws {RangeError} If n or k is not an integer in its range.
 * @see Durstenfeld, "Algorithm 235: random permutation", 1964, here from the front
 */
export function choice(n: number, k: number, prng: Prng): Int32Array {
  checkInteger("Number to choose from", n, 0, 2 ** 31 - 1);
  checkInteger("Number to choose", k, 0, n);
  const bits = words(k, prng);
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < k; i++) {
    const j = i + mulHigh(bits[i]!, n - i); // one of the n − i that are left
    const chosen = order[j]!;
    order[j] = order[i]!;
    order[i] = chosen;
  }
  return k < n ? order.slice(0, k) : order;
}
