import type { SourceImage } from "./image_views.ts";

/** Arguments of the kernel of images' views, as its C source tells them, but for the images. */
export type ImageViewsCall = {
  readonly images: readonly SourceImage[];
  readonly segments: Int32Array<ArrayBuffer>;
  readonly steps: Float32Array<ArrayBuffer>;
  readonly statistics: Float32Array<ArrayBuffer>;
  readonly out: Float32Array;
  /** Views, images, height, width, channels. */
  readonly sizes: readonly [number, number, number, number, number];
};

/** A device's kernels for images: they work on plain arrays, and know nothing of tensors. */
export type ImageKernels = {
  /** Writes `out` on all threads, or on the caller's alone; 1 if there is not enough memory. */
  views(call: ImageViewsCall, alone: boolean): number;
  /** The same on a thread beside the program, if the device can: the arrays must live until then. */
  viewsAsync(call: ImageViewsCall): Promise<number>;
};

const byDevice = new Map<string, ImageKernels>();
let current: ImageKernels | undefined;

/** Gives a device its kernels for images. */
export function registerImageKernels(device: string, kernels: ImageKernels): void {
  byDevice.set(device, kernels);
}

/** Uses a device's kernels from here on, if it has any. */
export function selectImageKernels(device: string): void {
  current = byDevice.get(device);
}

/** Those of the device in use, if it has them. */
export function imageKernels(): ImageKernels | undefined {
  return current;
}
