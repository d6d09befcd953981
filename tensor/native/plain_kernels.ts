import * as tf from "@tensorflow/tfjs-core";
import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { CompiledBackend } from "./backend.ts";
import { rowBroadcast } from "./broadcast.ts";
import type { NativeFunctions } from "./ffi.ts";

type Call = {
  readonly inputs: NamedTensorInfoMap;
  // deno-lint-ignore no-explicit-any -- tfjs gives every kernel attributes of its own shape
  readonly attrs: any;
  readonly backend: CompiledBackend;
};

/**
 * Registers tfjs's own kernels for a device with compiled ones, the hot ones in C; one that returns `undefined` leaves the call to
 * tfjs's JavaScript (other dtypes, rare layouts). Each takes its output before it asks for values, which an allocation may move.
 */
export function registerPlainKernels(backendName: string, native: NativeFunctions): void {
  const binary = (operation: number) => ({ inputs: { a, b }, backend }: Call) => {
    if (a!.dtype !== "float32" || b!.dtype !== "float32") return undefined;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const rows = rowBroadcast(a!.shape, b!.shape, shape);
    if (!rows) return undefined;
    const out = backend.output(shape);
    const [left, right] = [backend.floatsOf(a!), backend.floatsOf(b!)];
    const { outer, inner, aOuter, bOuter, aInner, bInner } = rows;
    native.binary_f32(
      operation,
      left,
      right,
      out.values,
      outer,
      inner,
      aOuter,
      bOuter,
      aInner,
      bInner,
    );
    return out.info;
  };

  const reduction = (isMean: boolean) => ({ inputs: { x }, attrs, backend }: Call) => {
    if (x!.dtype !== "float32") return undefined;
    const axes = tf.util.parseAxisParam(attrs.axis ?? x!.shape.map((_, i) => i), x!.shape).sort((i, j) =>
      i - j
    );
    const [first, last] = [axes[0], axes.at(-1)];
    if (first === undefined || last === undefined || last - first !== axes.length - 1) return undefined;
    const outer = tf.util.sizeFromShape(x!.shape.slice(0, first));
    const count = tf.util.sizeFromShape(x!.shape.slice(first, last + 1));
    const inner = tf.util.sizeFromShape(x!.shape.slice(last + 1));
    if (count === 0) return undefined;
    const [reduced] = tf.backend_util.computeOutAndReduceShapes(x!.shape, axes);
    const out = backend.output(
      attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced,
    );
    const factor = isMean ? 1 / count : 1;
    native.sum_f32(backend.floatsOf(x!), out.values, outer, count, inner, factor);
    return out.info;
  };

  const kernels: Record<string, (call: Call) => TensorInfo | undefined> = {
    Add: binary(0),
    Sub: binary(1),
    Multiply: binary(2),
    RealDiv: binary(3),
    Maximum: binary(4),
    Square: ({ inputs: { x }, ...call }) => binary(2)({ inputs: { a: x!, b: x! }, ...call }),
    Sum: reduction(false),
    Mean: reduction(true),

    /** tfjs's own shares int32 values with the float32 tensor, which C would take for floats. */
    Cast({ inputs: { x }, attrs: { dtype }, backend }) {
      if (dtype !== "float32" || (x!.dtype !== "int32" && x!.dtype !== "bool")) return undefined;
      const out = backend.output(x!.shape);
      out.values.set(backend.floatsOf(x!));
      return out.info;
    },

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

    Transpose({ inputs: { x }, attrs: { perm }, backend }) {
      const rank = x!.shape.length;
      if (x!.dtype !== "float32" || rank === 0 || rank > 8) return undefined;
      const axes = perm as number[];
      const steps = tf.util.computeStrides(x!.shape).concat(1); // [rank]
      let kept = 0; // trailing axes that stay in place make one run
      while (kept < rank - 1 && axes[rank - 1 - kept] === rank - 1 - kept) kept++;
      const moved = axes.slice(0, rank - kept);
      const out = backend.output(axes.map((axis) => x!.shape[axis]!));
      native.transpose_f32(
        backend.floatsOf(x!),
        out.values,
        Uint32Array.from(moved, (axis) => x!.shape[axis]!),
        Uint32Array.from(moved, (axis) => steps[axis]!),
        moved.length,
        tf.util.sizeFromShape(x!.shape.slice(rank - kept)),
      );
      return out.info;
    },

    Slice({ inputs: { x }, attrs: { begin, size }, backend }) {
      const [starts, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [
        number[],
        number[],
      ];
      const runs = runsOf(x!.shape, starts, sizes);
      if (x!.dtype !== "float32" || !runs) return undefined;
      tf.slice_util.assertParamsValid(x as tf.Tensor, starts, sizes);
      const out = backend.output(sizes);
      const from = backend.floatsOf(x!).subarray(runs.offset);
      native.copy_runs_f32(from, runs.stride, out.values, runs.count, runs.rows, runs.count);
      return out.info;
    },

    Concat({ inputs, attrs: { axis }, backend }) {
      const parts = Object.values(inputs).flat() as TensorInfo[];
      if (parts.some((part) => part.dtype !== "float32" || part.shape.includes(0))) return undefined;
      const at = tf.util.parseAxisParam(axis, parts[0]!.shape)[0]!;
      const shape = tf.backend_util.computeOutShape(parts.map((part) => part.shape), at);
      const out = backend.output(shape);
      const rows = tf.util.sizeFromShape(shape.slice(0, at));
      const stride = tf.util.sizeFromShape(shape.slice(at));
      let offset = 0;
      for (const part of parts) {
        const count = tf.util.sizeFromShape(part.shape.slice(at));
        const to = out.values.subarray(offset);
        native.copy_runs_f32(backend.floatsOf(part), count, to, stride, rows, count);
        offset += count;
      }
      return out.info;
    },
  };
  for (const config of tf.getKernelsForBackend("cpu")) {
    const kernel = kernels[config.kernelName];
    const kernelFunc: KernelFunc = kernel
      ? (call) => {
        const { inputs, attrs, backend } = call as unknown as Call;
        for (const input of Object.values(inputs).flat()) if (input) backend.admit(input);
        return kernel({ inputs, attrs, backend }) ?? config.kernelFunc(call);
      }
      : config.kernelFunc;
    tf.registerKernel({ ...config, backendName, kernelFunc });
  }
}

/** A slice as equal runs at one stride: cut along one axis only, whole on the others but the axes of size 1 in the result. */
function runsOf(
  shape: readonly number[],
  starts: readonly number[],
  sizes: readonly number[],
): { offset: number; stride: number; rows: number; count: number } | undefined {
  const cut = sizes.findIndex((size, i) => size !== shape[i]);
  if (cut < 0 || sizes.includes(0)) return undefined;
  if (sizes.slice(cut + 1).some((size, i) => size !== shape[cut + 1 + i])) return undefined;
  const inner = tf.util.sizeFromShape(shape.slice(cut + 1));
  return {
    offset: starts[cut]! * inner,
    stride: shape[cut]! * inner,
    rows: tf.util.sizeFromShape(shape.slice(0, cut)),
    count: sizes[cut]! * inner,
  };
}
