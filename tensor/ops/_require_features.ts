import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/** Throws a `TypeError` unless `weight` and `bias` are as long as the last axis of `x`. */
export function requireFeatures(op: string, x: Tensor, weight: Tensor1D, bias: Tensor1D): void {
  const dim = x.shape.at(-1);
  if (weight.shape[0] !== dim || bias.shape[0] !== dim) {
    throw new TypeError(
      `${op} of x [${x.shape}] needs weight and bias of length ${dim}, not [${weight.shape}] and [${bias.shape}]`,
    );
  }
}
