import { conv1d, type ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { noise } from "../_noise.ts";
import type { Conv1dSetup } from "./setup.ts";
import type { Step } from "./step.ts";

/**
 * A convolution of the same noise each time; with `gradient` also the gradients of its product with other noise, by the weight and, if
 * there are several channels, by the signal. One channel is a waveform, and constant.
 */
export class Conv1dStep implements Step {
  readonly parameters: ParameterMap = {};
  readonly #convolve: () => Tensor[];

  /** Builds the inputs. */
  constructor({ batchSize, time, channels, outChannels, kernelSize, gradient, ...options }: Conv1dSetup) {
    const tensor = <T extends Tensor>(shape: number[], key: number): T =>
      tf.tensor(noise(tf.util.sizeFromShape(shape), key), shape) as T;
    const x = tensor<Tensor3D>([batchSize, time, channels], 0);
    const weight = tensor<Tensor2D>([kernelSize * channels / options.groups, outChannels], 1);
    const conv = (weight: Tensor, signal: Tensor = x) =>
      conv1d(signal as Tensor3D, weight as Tensor2D, undefined, options);
    const dy = tf.tidy(() => tensor(conv(weight).shape, 3));
    const inputs = channels > 1 ? [weight, x] : [weight];
    this.#convolve = () => gradient ? tf.grads(conv)(inputs, dy) : [conv(weight)];
  }

  async take(inspect: (results: readonly Tensor[]) => void = () => {}): Promise<number> {
    const results = tf.tidy(this.#convolve);
    const first = tf.tidy(() => tf.slice(tf.reshape(results[0]!, [-1]), 0, 1));
    const [value] = await first.data();
    inspect(results);
    tf.dispose([results, first]);
    return value!;
  }
}
