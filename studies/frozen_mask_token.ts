import type { MethodPipeline } from "@lacuna/pipelines";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Freezes every mask token of a pipeline at its start: a control for masked token optimization, which is to make mask tokens unlike what data
 * give.
 * @param kind "zero"; "random", a normal vector of norm 1; or "orthogonal", the same made orthogonal to all that the patch embedding can give
 * before positions, for encoders whose patches have fewer pixels than their tokens numbers.
 * @throws {RangeError} If the pipeline has no mask token, or there is no such direction.
 */
export function frozenMaskToken(
  kind: "zero" | "random" | "orthogonal",
): (pipeline: MethodPipeline<unknown>, seed: number) => void {
  return ({ name, parameters }, seed) => {
    const tokens = Object.entries(parameters).filter(([key]) => /(^|\.)mask_token$/.test(key));
    if (tokens.length === 0) throw new RangeError(`${name} has no mask token to freeze`);
    for (const [key, token] of tokens) {
      const vector = kind === "zero"
        ? new Float32Array(token.size)
        : unit(normals(token.size, stream({ seed, name: `frozen/${key}` })));
      if (kind === "orthogonal") removeSpan(vector, embeddingDirections(parameters, token.size));
      tf.tidy(() => token.assign(tf.tensor(vector, token.shape)));
      token.trainable = false;
    }
  };
}

/** Rows of the patch embedding's weight, and its bias. */
function embeddingDirections(parameters: MethodPipeline<unknown>["parameters"], dim: number): Float32Array[] {
  const weight = parameters["patch_embed.proj.weight"], bias = parameters["patch_embed.proj.bias"];
  if (!weight || !bias || weight.shape[1] !== dim || weight.shape[0]! + 1 >= dim) {
    throw new RangeError(
      `Patch embeddings [${weight?.shape}] leave no direction of ${dim}: take smaller patches or wider tokens`,
    );
  }
  const values = weight.dataSync<"float32">();
  const rows = Array.from({ length: weight.shape[0]! }, (_, row) => values.slice(row * dim, (row + 1) * dim));
  return [...rows, bias.dataSync<"float32">().slice()];
}

/** Takes from a vector all that lies in a span, by Gram–Schmidt, and makes it a unit vector again. */
function removeSpan(vector: Float32Array, directions: readonly Float32Array[]): void {
  const basis: Float32Array[] = [];
  for (const direction of directions) {
    const size = Math.hypot(...direction);
    for (const known of [...basis, ...basis]) subtract(direction, known); // twice, for rounding
    if (Math.hypot(...direction) > 1e-4 * size) basis.push(unit(direction)); // a bias of zeros has none
  }
  for (const known of [...basis, ...basis]) subtract(vector, known);
  unit(vector);
}

function subtract(vector: Float32Array, along: Float32Array): void {
  const share = vector.reduce((sum, value, i) => sum + value * along[i]!, 0);
  along.forEach((value, i) => vector[i]! -= share * value);
}

function unit(vector: Float32Array): Float32Array {
  const size = Math.hypot(...vector);
  for (const i of vector.keys()) vector[i]! /= size;
  return vector;
}
