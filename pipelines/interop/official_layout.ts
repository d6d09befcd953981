/**
 * Tensors as they lie in our parameters and in PyTorch's.
 * @module
 */
import type { NamedArrays } from "../named_arrays.ts";
import type { NamedArray } from "../safetensors.ts";

const DECODER = "decoder.";
const PATCHES = "patch_embed.proj.weight";

/**
 * Parameters of a `PatchTransformer`, and of a `MaeDecoder` if there is one, as the official code has them: MAE's decoder without the `decoder.` that a pipeline puts before its names, the weight of a map
 * [I, O] as [O, I], the patches' [p·p·C, D] as a convolution's [D, C, p, p].
 * @param tensors Values of our parameters by name.
 * @param channels C.
 * @throws {TypeError} If the rows of the patches' weight are not p·p·C.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fromOfficial, toOfficial } from "@lacuna/pipelines/interop";
 * const ours = { "decoder.decoder_pred.weight": { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
 * const official = toOfficial(ours, 1);
 * assert.deepEqual(official, { "decoder_pred.weight": { shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) } });
 * assert.deepEqual(fromOfficial(official), ours);
 * ```
 */
export function toOfficial(tensors: NamedArrays, channels: number): NamedArrays {
  const official: Record<string, NamedArray> = {};
  for (const [name, array] of Object.entries(tensors)) {
    const theirs = name.startsWith(DECODER) ? name.slice(DECODER.length) : name;
    official[theirs] = name === PATCHES
      ? toConvolution(array, channels)
      : isMap(name, array)
      ? transposed(array)
      : array;
  }
  return official;
}

/**
 * The way back; every name that begins with `decoder_`, and the mask token of a model that has such names, is put under `decoder.`. A position of
 * the class token is added to it, as our encoder gives it none; in files of MAE it is 0.
 * @param tensors As the official code has them.
 * @throws {TypeError} If the patches' weight is not [D, C, p, p].
 */
export function fromOfficial(tensors: NamedArrays): NamedArrays {
  const hasDecoder = Object.keys(tensors).some((name) => name.startsWith("decoder_"));
  const ours: Record<string, NamedArray> = {};
  for (const [name, array] of Object.entries(tensors)) {
    const isDecoders = name.startsWith("decoder_") || (hasDecoder && name === "mask_token");
    ours[isDecoders ? DECODER + name : name] = name === PATCHES
      ? fromConvolution(array)
      : isMap(name, array)
      ? transposed(array)
      : array;
  }
  return withoutClassPosition(ours);
}

function withoutClassPosition(ours: NamedArrays): NamedArrays {
  const { cls_token, pos_embed } = ours;
  const dim = pos_embed?.shape.at(-1);
  const position = pos_embed?.data.subarray(0, dim);
  if (!cls_token || !pos_embed || cls_token.data.length !== dim || position!.every((value) => value === 0)) {
    return ours;
  }
  const positions = pos_embed.data.slice();
  positions.fill(0, 0, dim);
  return {
    ...ours,
    cls_token: { shape: cls_token.shape, data: cls_token.data.map((value, d) => value + position![d]!) },
    pos_embed: { shape: pos_embed.shape, data: positions },
  };
}

function isMap(name: string, { shape }: NamedArray): boolean {
  return shape.length === 2 && name.endsWith(".weight");
}

function transposed({ shape, data }: NamedArray): NamedArray {
  const [numRows, numColumns] = shape as [number, number];
  const turned = new Float32Array(data.length);
  for (let row = 0; row < numRows; row++) {
    for (let column = 0; column < numColumns; column++) {
      turned[column * numRows + row] = data[row * numColumns + column]!;
    }
  }
  return { shape: [numColumns, numRows], data: turned };
}

/** [p·p·C, D] → [D, C, p, p]. */
function toConvolution({ shape, data }: NamedArray, channels: number): NamedArray {
  const [numRows, dim] = shape as [number, number];
  const patchSize = Math.sqrt(numRows / channels);
  if (shape.length !== 2 || !Number.isInteger(patchSize)) {
    throw new TypeError(`${PATCHES} is [${shape}]: [p · p · ${channels}, D] was due`);
  }
  const pixels = patchSize ** 2;
  const kernels = new Float32Array(data.length);
  for (let d = 0; d < dim; d++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < pixels; i++) {
        kernels[(d * channels + c) * pixels + i] = data[(i * channels + c) * dim + d]!;
      }
    }
  }
  return { shape: [dim, channels, patchSize, patchSize], data: kernels };
}

/** [D, C, p, p] → [p·p·C, D]. */
function fromConvolution({ shape, data }: NamedArray): NamedArray {
  const [dim, channels, patchSize, width] = shape as [number, number, number, number];
  if (shape.length !== 4 || patchSize !== width) {
    throw new TypeError(`${PATCHES} is [${shape}]: [D, C, p, p] was due`);
  }
  const pixels = patchSize ** 2;
  const rows = new Float32Array(data.length);
  for (let d = 0; d < dim; d++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < pixels; i++) {
        rows[(i * channels + c) * dim + d] = data[(d * channels + c) * pixels + i]!;
      }
    }
  }
  return { shape: [pixels * channels, dim], data: rows };
}
