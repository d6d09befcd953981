import { words } from "./_words.ts";
import type { Prng } from "./stream.ts";

/**
 * The numbers [n] at indices 0…n − 1 of a stream, uniform in [0, 1), as `uniform()` gives them one by one.
 * @param n How many, in 0…2³¹ − 1.
 * @param prng Where to look.
 * @throws {RangeError} If n is not an integer in its range.
 */
export function uniforms(n: number, prng: Prng): Float32Array {
  const bits = words(n, prng);
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) out[i] = (bits[i]! >>> 8) * 2 ** -24;
  return out;
}
