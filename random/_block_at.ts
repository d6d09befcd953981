import { checkInteger } from "./_check_integer.ts";
import { philoxBlock } from "./_philox_block.ts";
import type { Prng } from "./stream.ts";

const scratch = new Uint32Array(4);
let lastPrng: Prng | undefined; // whose words `scratch` has: mostly their neighbours are asked for next
let lastBlock = 0;

/** The four words around `index`, valid until the next call: its own is word `index % 4`. */
export function blockAt(prng: Prng, index: number): Uint32Array {
  checkInteger("Index", index, 0, 2 ** 34 - 1);
  const block = Math.floor(index / 4);
  if (prng === lastPrng && block === lastBlock) return scratch;
  const { epoch, sample, step, seed, nameHash } = prng;
  philoxBlock(block, epoch, sample, step, seed, nameHash, scratch, 0);
  lastPrng = prng;
  lastBlock = block;
  return scratch;
}
