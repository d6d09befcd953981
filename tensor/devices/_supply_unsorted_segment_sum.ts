import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/**
 * Gives a device the kernel behind the gradient of `tf.gather()`, where it lacks it: a product with one-hot rows.
 * @param backendName The device.
 */
export function supplyUnsortedSegmentSum(backendName: string): void {
  if (tf.getKernel("UnsortedSegmentSum", backendName)) return;
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName,
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
