import { philoxBlock } from "./_philox_block.ts";

/**
 * Four random words of Philox4x32-10: a keyed bijection of the 128-bit counter, so no two counters collide.
 * @param counter Four words, each taken modulo 2³².
 * @param key Two words, each taken modulo 2³².
 * @returns Four words in [0, 2³²).
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, §3.3
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): Uint32Array {
  const out = new Uint32Array(4);
  philoxBlock(...counter, ...key, out, 0);
  return out;
}
