import * as tf from "@tensorflow/tfjs-core";

/** Arguments of the augmentation kernel, as its C source tells them. */
export type AugmentCall = {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly edits: Float32Array<ArrayBuffer>;
  readonly statistics: Float32Array<ArrayBuffer>;
  readonly work: Float32Array<ArrayBuffer>;
  readonly out: Float32Array<ArrayBuffer>;
  /** Views, images, height, width, channels. */
  readonly sizes: readonly [number, number, number, number, number];
};

/** A device's kernels for plain arrays: not operations on tensors, so tfjs does not know them. */
export type ArrayKernels = {
  /** Writes `out`. */
  augment(call: AugmentCall): void;
  /** The same beside what the program does meanwhile, if the device can: the arrays must live until then. */
  augmentAsync(call: AugmentCall): Promise<void>;
};

const byDevice = new Map<string, ArrayKernels>();

/** Gives a device its kernels for plain arrays. */
export function registerArrayKernels(device: string, kernels: ArrayKernels): void {
  byDevice.set(device, kernels);
}

/** Those of the device in use, if it has them. */
export function arrayKernels(): ArrayKernels | undefined {
  return byDevice.get(tf.getBackend());
}
