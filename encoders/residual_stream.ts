import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";
import { dropPathAdd, type ResidualNorm } from "@lacuna/tensor";
import type { LayerNorm } from "./layer_norm.ts";

/**
 * Tokens x + scale · branch whose sum is still to be taken, so that whatever comes next can normalise them in the same pass over memory.
 */
export type ResidualStream = {
  /** [B, N, D]. */
  readonly x: Tensor3D;
  /** [B, N, D]; nothing to add if left out. */
  readonly branch?: Tensor3D;
  /** [B], of each sample's branch; 1 if left out. */
  readonly scale?: Tensor1D | undefined;
};

/** The sum [B, N, D]. */
export function sumOf({ x, branch, scale }: ResidualStream): Tensor3D {
  if (!branch) return x;
  return scale ? dropPathAdd(x, branch, scale) : tf.add(x, branch);
}

/** The sum and its norm, both [B, N, D]. */
export function normalize(stream: ResidualStream, norm: LayerNorm): ResidualNorm<Tensor3D> {
  const { x, branch, scale } = stream;
  return branch ? norm.afterAdding(x, branch, scale) : { sum: x, normalized: norm.forward(x) };
}
