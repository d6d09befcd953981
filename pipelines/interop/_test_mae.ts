/** Sizes of an MAE on square images in colour. */
export type MaeShape = {
  readonly patchSize: number;
  readonly numPatches: number;
  readonly encoder: { readonly dim: number; readonly depth: number };
  readonly decoder: { readonly dim: number; readonly depth: number };
};

/** Shapes of the tensors of MAE as facebookresearch/mae calls them (models_mae.py, `MaskedAutoencoderViT`), feed-forward parts four times as wide. */
export function officialShapes(
  { patchSize, numPatches, encoder, decoder }: MaeShape,
): Record<string, number[]> {
  const linear = (name: string, from: number, to: number) => ({
    [`${name}.weight`]: [to, from],
    [`${name}.bias`]: [to],
  });
  const norm = (name: string, dim: number) => ({ [`${name}.weight`]: [dim], [`${name}.bias`]: [dim] });
  const blocks = (name: string, { dim, depth }: { dim: number; depth: number }) =>
    Object.assign(
      {},
      ...Array.from({ length: depth }, (_, i) => ({
        ...norm(`${name}.${i}.norm1`, dim),
        ...linear(`${name}.${i}.attn.qkv`, dim, 3 * dim),
        ...linear(`${name}.${i}.attn.proj`, dim, dim),
        ...norm(`${name}.${i}.norm2`, dim),
        ...linear(`${name}.${i}.mlp.fc1`, dim, 4 * dim),
        ...linear(`${name}.${i}.mlp.fc2`, 4 * dim, dim),
      })),
    );
  return {
    cls_token: [1, 1, encoder.dim],
    pos_embed: [1, 1 + numPatches, encoder.dim],
    mask_token: [1, 1, decoder.dim],
    decoder_pos_embed: [1, 1 + numPatches, decoder.dim],
    "patch_embed.proj.weight": [encoder.dim, 3, patchSize, patchSize],
    "patch_embed.proj.bias": [encoder.dim],
    ...blocks("blocks", encoder),
    ...norm("norm", encoder.dim),
    ...linear("decoder_embed", encoder.dim, decoder.dim),
    ...blocks("decoder_blocks", decoder),
    ...norm("decoder_norm", decoder.dim),
    ...linear("decoder_pred", decoder.dim, 3 * patchSize ** 2),
  };
}
