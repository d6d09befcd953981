import type { ExtremaConfig } from "@lacuna/pipelines/config";
import { decayed } from "@lacuna/pipelines/decayed";
import { extrema, type ExtremaPipeline } from "@lacuna/pipelines/extrema";
import { AdamW, type ImageShape } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { noise } from "./_noise.ts";

/** What all contenders build: the same model, for images of the same size. */
export type Setup = { readonly config: ExtremaConfig; readonly image: ImageShape };

/** ExtreMA's whole training step, optimizer included, again and again on the same noise; each step draws its masks anew. */
export class TrainingStep {
  /** Its parameters may be given other values before the first step. */
  readonly pipeline: ExtremaPipeline;
  readonly #optimizer: AdamW;
  readonly #learningRate: number;
  readonly #views: { readonly student: Float32Array; readonly teacher: Float32Array }; // [B, H, W, C]
  readonly #samples: Int32Array;

  /** Builds the model and its batch. */
  constructor({ config, image }: Setup) {
    const { optimizer, schedule: { batchSize } } = config;
    const { parameters } = this.pipeline = extrema(config, image);
    this.#optimizer = new AdamW(parameters, {
      ...optimizer,
      decayed: (name) => decayed(name, parameters[name]!.rank),
    });
    this.#learningRate = optimizer.learningRate * batchSize / 256;
    const size = batchSize * image.height * image.width * image.channels;
    this.#views = { student: noise(size, 0), teacher: noise(size, 1) };
    this.#samples = Int32Array.from({ length: batchSize }, (_, i) => i);
  }

  /**
   * Takes one step, which is over when the loss is there. Step n draws the masks of epoch n.
   * @param inspect Sees the gradients, by the parameters' names.
   * @returns The loss.
   */
  async take(inspect: (grads: Readonly<Record<string, tf.Tensor>>) => void = () => {}): Promise<number> {
    const step = this.#optimizer.numSteps;
    const batch = { ...this.#views, samples: this.#samples, epoch: step };
    const result = this.pipeline.step(batch, { step, progress: 0 });
    const { teacher, momentum } = this.pipeline;
    this.#optimizer.step(result.grads, this.#learningRate, { teacher, momentum: momentum(0) });
    const loss = (await result.loss.data())[0]!;
    inspect(result.grads);
    tf.dispose(result);
    return loss;
  }
}
