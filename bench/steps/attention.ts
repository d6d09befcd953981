import { type ParameterMap, selfAttention } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs-core";
import { noise } from "../_noise.ts";
import type { AttentionSetup } from "./setup.ts";
import type { Step } from "./step.ts";

/** Self-attention of the same noise each time; with `gradient` also the gradient of its product with other noise. */
export class AttentionStep implements Step {
  readonly parameters: ParameterMap = {};
  readonly #attend: () => Tensor;

  /** Builds the inputs. */
  constructor({ batchSize, numTokens, dim, numHeads, gradient }: AttentionSetup) {
    const tensor = (width: number, key: number): Tensor3D =>
      tf.tensor3d(noise(batchSize * numTokens * width, key), [batchSize, numTokens, width]);
    const qkv = tensor(3 * dim, 0);
    const attention = (x: Tensor) => selfAttention(x as Tensor3D, numHeads);
    const dy = gradient ? tensor(dim, 1) : undefined;
    this.#attend = () => dy ? tf.grad(attention)(qkv, dy) : attention(qkv);
  }

  async take(inspect: (results: readonly Tensor[]) => void = () => {}): Promise<number> {
    const result = tf.tidy(this.#attend);
    const corner = tf.slice(result, [0, 0, 0], [1, 1, 1]); // a model would leave the rest where it is
    const first = (await corner.data())[0]!;
    corner.dispose();
    inspect([result]);
    result.dispose();
    return first;
  }
}
