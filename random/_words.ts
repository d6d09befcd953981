import { checkInteger } from "./_check_integer.ts";
import { philoxBlock } from "./_philox_block.ts";
import type { Prng } from "./stream.ts";

/** The words of a stream at 0…n − 1, and on to the end of the last block of four. */
export function words(n: number, prng: Prng): Uint32Array {
  checkInteger("Number of draws", n, 0, 2 ** 31 - 1);
  const { seed, nameHash, epoch, sample, step } = prng;
  const numBlocks = Math.ceil(n / 4);
  const out = new Uint32Array(4 * numBlocks);
  for (let block = 0; block < numBlocks; block++) {
    philoxBlock(block, epoch, sample, step, seed, nameHash, out, 4 * block);
  }
  return out;
}
