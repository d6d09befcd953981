import type { TokenMask } from "./token_mask.ts";

/** The mask with these tokens masked, of which each may be named more than once. */
export function maskOf(numTokens: number, masked: ArrayLike<number>): TokenMask {
  const isMasked = new Uint8Array(numTokens);
  for (let i = 0; i < masked.length; i++) isMasked[masked[i]!] = 1;
  return splitByFlags(isMasked);
}

/** The mask that keeps these tokens visible. */
export function maskAllBut(numTokens: number, visible: ArrayLike<number>): TokenMask {
  const isMasked = new Uint8Array(numTokens).fill(1);
  for (let i = 0; i < visible.length; i++) isMasked[visible[i]!] = 0;
  return splitByFlags(isMasked);
}

/** The mask of flags [N], 1 = masked. */
export function splitByFlags(isMasked: Uint8Array): TokenMask {
  let numMasked = 0;
  for (let i = 0; i < isMasked.length; i++) numMasked += isMasked[i]!;
  const masked = new Int32Array(numMasked), visible = new Int32Array(isMasked.length - numMasked);
  for (let i = 0, m = 0, v = 0; i < isMasked.length; i++) {
    if (isMasked[i]) masked[m++] = i;
    else visible[v++] = i;
  }
  return { visible, masked };
}
