import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/** Computed, so that no program but this peer needs the package. */
const specifier = `npm:@tensorflow/tfjs-backend-wasm@${tf.version_core}`;

/**
 * Starts tfjs's own WebAssembly device, which reads its module from Deno's cache, and supplies the one kernel that it lacks for training.
 * @throws {Error} If it does not start.
 */
export async function startTfjsWasm(): Promise<{ name: string; detail: string }> {
  await import("@tensorflow/tfjs"); // registers every op's gradient
  await import(specifier);
  if (!await tf.setBackend("wasm")) throw new Error("tfjs's wasm device did not start");
  supplyUnsortedSegmentSum();
  return {
    name: "tfjs-backend-wasm",
    detail: `${tf.version_core}, WebAssembly with SIMD, one thread, our model in tfjs's operations`,
  };
}

/** The kernel behind the gradient of `tf.gather()`: a product with one-hot rows. */
function supplyUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => {
        const { x, segmentIds } = inputs as unknown as { x: Tensor; segmentIds: Tensor1D };
        const { numSegments } = attrs as unknown as { numSegments: number };
        const rows = tf.cast(tf.oneHot(segmentIds, numSegments), "float32"); // [N, segments]
        const flat = tf.reshape(x, [segmentIds.size, -1]); // [N, rest]
        const sums = tf.matMul(rows, flat, true, false); // [segments, rest]
        return tf.reshape(sums, [numSegments, ...x.shape.slice(1)]);
      }),
  });
}
