import { blockAt } from "./_block_at.ts";
import { boxMuller } from "./_box_muller.ts";
import type { Prng } from "./stream.ts";

const pair = new Float32Array(2);

/**
 * The number at one index of a stream, normal with mean 0 and variance 1, in [−6.67, 6.67], exact in float32.
 * It is made of the words at the index and its neighbour (0 and 1, 2 and 3, …).
 * @param prng Where to look.
 * @param index In 0…2³⁴ − 1.
 * @throws {RangeError} If the index is not an integer in its range.
 */
export function normal(prng: Prng, index: number): number {
  const block = blockAt(prng, index);
  const first = index % 4 < 2 ? 0 : 2;
  boxMuller(block[first]!, block[first + 1]!, pair, 0);
  return pair[index % 2]!;
}
