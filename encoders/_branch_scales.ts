import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D } from "@tensorflow/tfjs-core";
import { type Prng, uniforms } from "@lacuna/random";

/** What each sample's two branches are multiplied with under stochastic depth, [B] each, if not by 1. */
export function branchScales(
  rate: number,
  batchSize: number,
  dropPath: Prng | undefined,
): readonly [Tensor1D?, Tensor1D?] {
  if (!dropPath || rate === 0) return [];
  const scales = uniforms(2 * batchSize, dropPath).map((u) => u < rate ? 0 : 1 / (1 - rate)); // keeps the expectation
  return [tf.tensor1d(scales.slice(0, batchSize)), tf.tensor1d(scales.slice(batchSize))];
}
