import { choice } from "./choice.ts";
import type { Prng } from "./stream.ts";

/**
 * The integers 0…n − 1 in random order, every order equally likely to within n² · 2⁻³² of its probability.
 * @param n In 0…2³¹ − 1.
 * @param prng Uses the indices 0…n − 1.
 * @returns [n], each integer once.
 * @throws {RangeError} If n is not an integer in its range.
 */
export function permutation(n: number, prng: Prng): Int32Array {
  return choice(n, n, prng);
}
