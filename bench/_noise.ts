import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Numbers in [−1, 1) that any language computes alike: a hash of key and position, exact in float32 (the function
 * "lowbias32" of Chris Wellons's hash prospector).
 * @param size How many.
 * @param key Another key gives other numbers.
 */
export function noise(size: number, key: number): Float32Array {
  const start = Math.imul(key, 0x9e3779b1);
  return Float32Array.from({ length: size }, (_, i) => {
    let h = (start + i) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    h ^= h >>> 16;
    return (h >>> 8) / 2 ** 23 - 1;
  });
}

/**
 * Gives every parameter but the fixed positions a value that depends on its name alone: weights [I, O] within ±√(6 / (I + O)), norms'
 * weights within 1 ± 0.1, all others within ±0.1.
 * @param parameters Changed; the key of each is `key` plus its place among the names in the order of their code units.
 * @param key Another key gives other values.
 */
export function fillParameters(parameters: ParameterMap, key: number): void {
  for (const [i, name] of Object.keys(parameters).sort().entries()) {
    const parameter = parameters[name]!;
    if (name.endsWith("pos_embed")) continue;
    const isWeight = parameter.rank === 2;
    const centre = parameter.rank === 1 && name.endsWith("weight") ? 1 : 0;
    const bound = isWeight ? Math.sqrt(6 / (parameter.shape[0]! + parameter.shape[1]!)) : 0.1;
    const values = noise(parameter.size, key + i).map((u) => centre + bound * u);
    tf.tidy(() => parameter.assign(tf.tensor(values, parameter.shape)));
  }
}
