import * as tf from "@tensorflow/tfjs-core";
import type { KernelFunc } from "@tensorflow/tfjs-core";
import { elementwiseKernels } from "./elementwise_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";
import { layoutKernels } from "./layout_kernels.ts";
import type { PlainCall, PlainKernels } from "./plain_kernel.ts";
import { reductionKernels } from "./reduction_kernels.ts";

/**
 * Registers tfjs's own kernels for a device with compiled ones, the hot ones in C; one that returns `undefined` leaves the call to
 * tfjs's JavaScript (other dtypes, rare layouts). Each takes its output before it asks for values, which an allocation may move.
 */
export function registerPlainKernels(backendName: string, native: NativeFunctions): void {
  const kernels: PlainKernels = {
    ...elementwiseKernels(native),
    ...reductionKernels(native),
    ...layoutKernels(native),

    BatchMatMul({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) {
      if (a!.dtype !== "float32" || b!.dtype !== "float32") return undefined;
      const [aBatch, bBatch] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
      const [aBatches, bBatches] = [tf.util.sizeFromShape(aBatch), tf.util.sizeFromShape(bBatch)];
      // One product after the other: both have the same batch, or one has a single matrix for all.
      if (aBatch.join() !== bBatch.join() && aBatches !== 1 && bBatches !== 1) return undefined;
      const [aRows, aCols, bRows, bCols] = [...a!.shape.slice(-2), ...b!.shape.slice(-2)] as number[];
      const [m, k] = transposeA ? [aCols!, aRows!] : [aRows!, aCols!];
      const [inner, n] = transposeB ? [bCols!, bRows!] : [bRows!, bCols!];
      if (k !== inner) return undefined; // tfjs says what is wrong
      const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(
        a!.shape.slice(0, -2),
        b!.shape.slice(0, -2),
      );
      const out = backend.output([...batchShape, m, n]);
      native.gemm_f32(
        backend.floatsOf(a!),
        backend.floatsOf(b!),
        null,
        out.values,
        aBatches === 1 ? bBatches : aBatches,
        aBatches === 1 ? 0 : m * k,
        bBatches === 1 ? 0 : k * n,
        m,
        n,
        k,
        transposeA ? 1 : 0,
        transposeB ? 1 : 0,
      );
      return out.info;
    },
  };
  for (const config of tf.getKernelsForBackend("cpu")) {
    const kernel = kernels[config.kernelName];
    const kernelFunc: KernelFunc = kernel
      ? (call) => {
        const { inputs, attrs, backend } = call as unknown as PlainCall;
        for (const input of Object.values(inputs).flat()) if (input) backend.admit(input);
        return kernel({ inputs, attrs, backend }) ?? config.kernelFunc(call);
      }
      : config.kernelFunc;
    tf.registerKernel({ ...config, backendName, kernelFunc });
  }
}
