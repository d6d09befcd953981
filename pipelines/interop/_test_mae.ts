import type { NamedArray } from "../safetensors.ts";
import type { NamedArrays } from "./named_arrays.ts";

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

/** Tensors of these shapes, no two numbers of which are alike. */
export function counting(shapes: Readonly<Record<string, readonly number[]>>): NamedArrays {
  const arrays: Record<string, NamedArray> = {};
  let next = 1;
  for (const [name, shape] of Object.entries(shapes)) {
    arrays[name] = { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => next++) };
  }
  return arrays;
}

/** The numbers of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Tensors in which element i of the k-th by the order of names is 0.1 · sin(0.37 · i + k), plus 1 in a norm's weight: those of the outputs that
 * were noted from PyTorch.
 */
export function waves(shapes: Readonly<Record<string, readonly number[]>>): NamedArrays {
  return Object.fromEntries(
    Object.keys(shapes).sort().map((name, k) => {
      const one = name.toLowerCase().includes("norm") && name.endsWith("weight") ? 1 : 0;
      const shape = shapes[name]!;
      const wave = (_: unknown, i: number) => 0.1 * Math.sin(0.37 * i + k) + one;
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, wave) }];
    }),
  );
}
