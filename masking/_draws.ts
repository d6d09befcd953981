import { type Prng, uniform } from "@lacuna/random";

/** The numbers in [0, 1) of a stream one after the other, for samplers that try until something fits. */
export function draws(prng: Prng): () => number {
  let index = 0;
  return () => uniform(prng, index++);
}

/** A whole number in low…high, both included, from a number in [0, 1). */
export function between(low: number, high: number, draw: number): number {
  return low + Math.floor(draw * (high - low + 1));
}
