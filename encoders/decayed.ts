/**
 * Whether weight decay acts on a parameter: weights of rank 2 and more, but neither the positions nor the class token
 * (ExtreMA, arXiv:2206.04667, released optimiser groups).
 * @param name Dotted name, as in `blocks.0.attn.qkv.weight`.
 * @param rank Number of the parameter's dimensions.
 */
export function decayed(name: string, rank: number): boolean {
  return rank > 1 && !/(^|\.)(pos_embed|cls_token)$/.test(name);
}
