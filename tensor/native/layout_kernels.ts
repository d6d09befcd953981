import * as tf from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { CompiledBackend } from "./backend.ts";
import { copyPlaces, stridesOf } from "./copy_places.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { PlainKernels } from "./plain_kernel.ts";

const MAX_RANK = 8; // of layout.c

/** Kernels that move numbers to other places, or pick some. */
export function layoutKernels(native: NativeFunctions): PlainKernels {
  const isPlain = ({ dtype, shape }: TensorInfo) => dtype === "float32" && shape.length <= MAX_RANK;

  const slice = (
    x: TensorInfo,
    starts: readonly number[],
    sizes: readonly number[],
    backend: CompiledBackend,
  ) => {
    const out = backend.output(sizes);
    const strides = stridesOf(x.shape);
    const from = backend.floatsOf(x).subarray(dot(starts, strides));
    copyPlaces(native, from, out.values, sizes, strides, stridesOf(sizes));
    return out.info;
  };

  const concat = (parts: readonly TensorInfo[], axis: number, backend: CompiledBackend) => {
    const shape = tf.backend_util.computeOutShape(parts.map((part) => part.shape), axis);
    const out = backend.output(shape);
    const [rows, stride] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
    let offset = 0;
    for (const part of parts) {
      const count = sizeOf(part.shape.slice(axis));
      const to = out.values.subarray(offset);
      native.copy_runs_f32(backend.floatsOf(part), count, to, stride, rows, count);
      offset += count;
    }
    return out.info;
  };

  return {
    Transpose({ inputs: { x }, attrs: { perm }, backend }) {
      if (!isPlain(x!)) return undefined;
      const axes = perm as number[];
      const strides = stridesOf(x!.shape);
      const shape = axes.map((axis) => x!.shape[axis]!);
      const out = backend.output(shape);
      const moved = axes.map((axis) => strides[axis]!);
      copyPlaces(native, backend.floatsOf(x!), out.values, shape, moved, stridesOf(shape));
      return out.info;
    },

    Slice({ inputs: { x }, attrs: { begin, size }, backend }) {
      if (!isPlain(x!)) return undefined;
      const [starts, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [
        number[],
        number[],
      ];
      tf.slice_util.assertParamsValid(x as tf.Tensor, starts, sizes);
      return slice(x!, starts, sizes, backend);
    },

    SplitV({ inputs: { x }, attrs: { numOrSizeSplits, axis }, backend }) {
      if (!isPlain(x!)) return undefined;
      const at = tf.util.parseAxisParam(axis, x!.shape)[0]!;
      const starts = x!.shape.map(() => 0);
      return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at).map((size) => {
        const part = slice(x!, starts, x!.shape.with(at, size), backend);
        starts[at]! += size;
        return part;
      });
    },

    Unpack({ inputs: { value }, attrs: { axis }, backend }) {
      if (!isPlain(value!)) return undefined;
      const at = tf.util.parseAxisParam(axis, value!.shape)[0]!;
      return Array.from({ length: value!.shape[at]! }, (_, i) => {
        const starts = value!.shape.map((_, j) => j === at ? i : 0);
        const { shape, ...part } = slice(value!, starts, value!.shape.with(at, 1), backend);
        return { ...part, shape: shape.toSpliced(at, 1) };
      });
    },

    Concat({ inputs, attrs: { axis }, backend }) {
      const parts = Object.values(inputs).flat() as TensorInfo[];
      if (parts.some((part) => part.dtype !== "float32" || part.shape.includes(0))) return undefined;
      return concat(parts, tf.util.parseAxisParam(axis, parts[0]!.shape)[0]!, backend);
    },

    Pack({ inputs, attrs: { axis }, backend }) {
      const parts = Object.values(inputs).flat() as TensorInfo[];
      const { shape } = parts[0]!;
      if (parts.some((part) => part.dtype !== "float32" || !tf.util.arraysEqual(part.shape, shape))) {
        return undefined;
      }
      const at = axis < 0 ? axis + shape.length + 1 : axis;
      return concat(parts.map((part) => ({ ...part, shape: shape.toSpliced(at, 0, 1) })), at, backend);
    },

    PadV2({ inputs: { x }, attrs: { paddings, constantValue }, backend }) {
      if (!isPlain(x!)) return undefined;
      const sides = paddings as [number, number][];
      const shape = x!.shape.map((size, i) => size + sides[i]![0] + sides[i]![1]);
      const strides = stridesOf(shape);
      const out = backend.output(shape);
      out.values.fill(constantValue);
      const to = out.values.subarray(dot(sides.map(([before]) => before), strides));
      copyPlaces(native, backend.floatsOf(x!), to, x!.shape, stridesOf(x!.shape), strides);
      return out.info;
    },

    Tile({ inputs: { x }, attrs: { reps }, backend }) {
      if (x!.dtype !== "float32" || 2 * x!.shape.length > MAX_RANK) return undefined;
      const shape = x!.shape.map((size, i) => size * reps[i]!);
      const out = backend.output(shape);
      const own = stridesOf(x!.shape);
      const blocks = x!.shape.flatMap((size, i) => [reps[i]! as number, size]); // each axis as copies of itself
      copyPlaces(
        native,
        backend.floatsOf(x!),
        out.values,
        blocks,
        own.flatMap((stride) => [0, stride]),
        stridesOf(blocks),
      );
      return out.info;
    },

    GatherV2({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }) {
      if (x!.dtype !== "float32" || indices!.dtype !== "int32" || batchDims) return undefined;
      const at = tf.util.parseAxisParam(axis, x!.shape)[0]!;
      const [outer, inner] = [x!.shape.slice(0, at), x!.shape.slice(at + 1)];
      const out = backend.output([...outer, ...indices!.shape, ...inner]);
      const [count, dim, picked] = [x!.shape[at]!, sizeOf(inner), backend.intsOf(indices!)];
      for (let i = 0; i < sizeOf(outer); i++) {
        const from = backend.floatsOf(x!).subarray(i * count * dim); // asked anew: the indices' copy may move the memory
        const to = out.values.subarray(i * picked.length * dim);
        if (native.gather_tokens_f32(from, picked, to, 1, count, dim, 1, picked.length)) {
          backend.disposeData(out.info.dataId);
          return undefined; // tfjs says which index is outside
        }
      }
      return out.info;
    },

    /** The gradient of a gather. Indices outside count nowhere, as in tfjs. */
    UnsortedSegmentSum({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) {
      if (x!.dtype !== "float32" || segmentIds!.dtype !== "int32" || segmentIds!.shape.length !== 1) {
        return undefined;
      }
      const inner = x!.shape.slice(1);
      const out = backend.output([numSegments, ...inner]);
      const ids = backend.intsOf(segmentIds!);
      native.gather_tokens_grad_f32(
        backend.floatsOf(x!),
        ids,
        out.values,
        1,
        numSegments,
        sizeOf(inner),
        1,
        ids.length,
      );
      return out.info;
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  return tf.util.sizeFromShape([...shape]);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
