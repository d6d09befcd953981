/** Sizes of an encoder of BEiT's family. */
export type Data2vecShape = {
  readonly dim: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly hiddenDim: number;
  readonly patchSize: number;
  /** Rows of the table of relative positions. */
  readonly numOffsets: number;
};

/**
 * Shapes of the tensors that Hugging Face's `Data2VecVisionModel` writes with a mask token, one relative bias for all blocks, LayerScale and no mean
 * pooling (`save_pretrained()` of transformers).
 */
export function huggingFaceShapes(
  { dim, depth, numHeads, hiddenDim, patchSize, numOffsets }: Data2vecShape,
): Record<string, number[]> {
  const both = (name: string, ...shape: number[]) => ({
    [`${name}.weight`]: shape,
    [`${name}.bias`]: shape.slice(0, 1),
  });
  const layers = Array.from({ length: depth }, (_, i) => `encoder.layer.${i}`);
  return {
    "embeddings.cls_token": [1, 1, dim],
    "embeddings.mask_token": [1, 1, dim],
    ...both("embeddings.patch_embeddings.projection", dim, 3, patchSize, patchSize),
    "encoder.relative_position_bias.relative_position_bias_table": [numOffsets, numHeads],
    ...Object.assign(
      {},
      ...layers.map((layer) => ({
        ...both(`${layer}.attention.attention.query`, dim, dim),
        [`${layer}.attention.attention.key.weight`]: [dim, dim],
        ...both(`${layer}.attention.attention.value`, dim, dim),
        ...both(`${layer}.attention.output.dense`, dim, dim),
        ...both(`${layer}.intermediate.dense`, hiddenDim, dim),
        ...both(`${layer}.output.dense`, dim, hiddenDim),
        ...both(`${layer}.layernorm_before`, dim),
        ...both(`${layer}.layernorm_after`, dim),
        [`${layer}.lambda_1`]: [dim],
        [`${layer}.lambda_2`]: [dim],
      })),
    ),
    ...both("layernorm", dim),
  };
}
