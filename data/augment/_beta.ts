import { normal, type Prng, substream, uniform } from "@lacuna/random";

/** A number from Beta(a, b), a and b > 0: X / (X + Y) of two gamma numbers, by their logarithms, which do not underflow for small a. */
export function beta(a: number, b: number, prng: Prng): number {
  const x = logGamma(a, substream(prng, "a")), y = logGamma(b, substream(prng, "b"));
  return 1 / (1 + Math.exp(y - x));
}

/** The logarithm of a number from Gamma(a, 1) (Marsaglia and Tsang 2000, §6 for a < 1). */
function logGamma(a: number, prng: Prng): number {
  if (a < 1) return logGamma(a + 1, prng) + Math.log(1 - uniform(prng, 3)) / a;
  const d = a - 1 / 3, c = 1 / Math.sqrt(9 * d);
  for (let i = 0;; i += 4) { // word 3 of each block is left to a < 1
    const x = normal(prng, i), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform(prng, i + 2)) < x * x / 2 + d * (1 - v + Math.log(v))) {
      return Math.log(d * v);
    }
  }
}
