import { multiMaskBatch } from "@lacuna/masking";
import { decayed } from "@lacuna/encoders/decayed";
import { extrema, type ExtremaPipeline } from "@lacuna/pipelines/extrema";
import { maskOptions } from "@lacuna/pipelines/mask-options";
import { stream } from "@lacuna/random";
import { AdamW, type ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { noise } from "../_noise.ts";
import type { ExtremaSetup } from "./setup.ts";
import type { Step } from "./step.ts";

/** ExtreMA's whole training step, optimizer included, on the same noise each time; each step draws its masks anew. */
export class ExtremaStep implements Step {
  readonly parameters: ParameterMap;
  readonly teacher: ParameterMap;
  readonly #pipeline: ExtremaPipeline;
  readonly #optimizer: AdamW;
  readonly #learningRate: number;
  readonly #views: { readonly student: Float32Array; readonly teacher: Float32Array }; // [B, H, W, C]
  readonly #samples: Int32Array;

  /** Builds the model and its batch; without drop path if `still`. */
  constructor({ config, image }: ExtremaSetup, still: boolean) {
    const { optimizer, schedule: { batchSize } } = config;
    const encoder = { ...config.encoder, ...still && { dropPathRate: 0 } };
    this.#pipeline = extrema({ ...config, encoder }, image);
    const { parameters } = this.#pipeline;
    this.parameters = parameters;
    this.teacher = this.#pipeline.teacher;
    this.#optimizer = new AdamW(parameters, {
      ...optimizer,
      decayed: (name) => decayed(name, parameters[name]!.rank),
    });
    this.#learningRate = optimizer.learningRate * batchSize / 256;
    const size = batchSize * image.height * image.width * image.channels;
    this.#views = { student: noise(size, 0), teacher: noise(size, 1) };
    this.#samples = Int32Array.from({ length: batchSize }, (_, i) => i);
  }

  async take(inspect: (grads: readonly Tensor[]) => void = () => {}): Promise<number> {
    const step = this.#optimizer.numSteps;
    const batch = { ...this.#views, samples: this.#samples, epoch: step };
    const result = this.#pipeline.step(batch, { step, progress: 0 });
    const { teacher, momentum } = this.#pipeline;
    this.#optimizer.step(result.grads, this.#learningRate, { teacher, momentum: momentum(0) });
    const loss = (await result.loss.data())[0]!;
    inspect(Object.values(result.grads));
    tf.dispose(result);
    return loss;
  }
}

/** The kept tokens of a step, [K·B, V] mask-major: step n draws the masks of epoch n. */
export function extremaIndices({ config, image }: ExtremaSetup, step: number): Int32Array {
  const { seed, schedule: { batchSize } } = config;
  const prngs = Array.from(
    { length: batchSize },
    (_, sample) => stream({ seed, name: "mask", epoch: step, sample }),
  );
  return multiMaskBatch(maskOptions(config, image), prngs).visible;
}
