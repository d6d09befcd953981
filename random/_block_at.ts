import { checkInteger } from "./_check_integer.ts";
import { philoxBlock } from "./_philox_block.ts";
import type { Prng } from "./stream.ts";

const scratch = new Uint32Array(4);

/** The four words around `index`, valid until the next call: its own is word `index % 4`. */
export function blockAt(prng: Prng, index: number): Uint32Array {
  checkInteger("Index", index, 0, 2 ** 34 - 1);
  philoxBlock(
    Math.floor(index / 4),
    prng.epoch,
    prng.sample,
    prng.step,
    prng.seed,
    prng.nameHash,
    scratch,
    0,
  );
  return scratch;
}
