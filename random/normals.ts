import { boxMuller } from "./_box_muller.ts";
import { words } from "./_words.ts";
import type { Prng } from "./stream.ts";

/**
 * The numbers [n] at indices 0…n − 1 of a stream, normal with mean 0 and variance 1, as `normal()` gives them
 * one by one.
 * @param n How many, in 0…2³¹ − 1.
 * @param prng Where to look.
 * @throws {RangeError} If n is not an integer in its range.
 */
export function normals(n: number, prng: Prng): Float32Array {
  const bits = words(n, prng);
  const out = new Float32Array(n);
  for (let i = 0; i < n; i += 2) boxMuller(bits[i]!, bits[i + 1]!, out, i); // n odd: a write past the end is dropped
  return out;
}
