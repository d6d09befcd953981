import { stream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { noise } from "../_noise.ts";
import { PlainVit } from "./_plain_vit.ts";
import type { EmbeddingSetup } from "./setup.ts";
import type { Step } from "./step.ts";

/** A vision transformer's class vectors [B, D] of the same noise each time. */
export class EmbeddingStep implements Step {
  readonly parameters: ParameterMap;
  readonly #encoder: PlainVit;
  readonly #images: Tensor4D;

  /** Builds the model and its batch. */
  constructor(setup: EmbeddingSetup) {
    const { batchSize, image } = setup;
    this.#encoder = new PlainVit(setup, setup, stream({ seed: 0, name: "encoder" }));
    this.parameters = this.#encoder.parameters;
    const shape: [number, number, number, number] = [batchSize, image.height, image.width, image.channels];
    this.#images = tf.tensor4d(noise(tf.util.sizeFromShape(shape), 0), shape);
  }

  async take(inspect: (vectors: readonly Tensor[]) => void = () => {}): Promise<number> {
    const vectors = tf.tidy(() => {
      const tokens = this.#encoder.forward(this.#images); // [B, 1 + N, D]
      const classToken: Tensor2D = tf.squeeze(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [1]);
      return this.#encoder.norm.forward(classToken);
    });
    const first = (await vectors.data())[0]!;
    inspect([vectors]);
    vectors.dispose();
    return first;
  }
}
