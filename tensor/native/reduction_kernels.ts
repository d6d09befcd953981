import * as tf from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Output } from "./backend.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { Floats } from "./memory.ts";
import type { PlainKernel, PlainKernels } from "./plain_kernel.ts";

/** Reduces x [outer, count, inner] over its middle axis. */
type Reduce = (x: Floats, out: Floats, outer: number, count: number, inner: number) => void;

/** Sums, means and extremes over axes; softmax. */
export function reductionKernels(native: NativeFunctions): PlainKernels {
  const reduction = (reduce: Reduce): PlainKernel => ({ inputs: { x }, attrs, backend }) => {
    if (x!.dtype !== "float32") return undefined;
    const asked = attrs.axis ?? attrs.reductionIndices ?? x!.shape.map((_, i) => i);
    const axes = tf.util.parseAxisParam(asked, x!.shape).sort((i, j) => i - j);
    if (axes.length === 0 || x!.shape.includes(0)) return undefined;
    let source: TensorInfo = x!;
    let out: Output;
    for (let end = axes.length; end > 0;) { // neighbouring axes at once, the last ones first
      let first = end - 1;
      while (first > 0 && axes[first - 1] === axes[first]! - 1) first--;
      const [from, to] = [axes[first]!, axes[end - 1]! + 1];
      const { shape } = source;
      out = backend.output(shape.map((size, i) => i >= from && i < to ? 1 : size));
      const [outer, count, inner] = [shape.slice(0, from), shape.slice(from, to), shape.slice(to)].map(
        tf.util.sizeFromShape,
      );
      reduce(backend.floatsOf(source), out.values, outer!, count!, inner!);
      if (source !== x) backend.disposeData(source.dataId);
      source = out.info;
      end = first;
    }
    return attrs.keepDims ? source : { ...source, shape: x!.shape.filter((_, i) => !axes.includes(i)) };
  };

  const extreme = (sign: number) =>
    reduction((x, out, outer, count, inner) => native.extreme_f32(x, out, outer, count, inner, sign));

  return {
    Sum: reduction((x, out, outer, count, inner) => native.sum_f32(x, out, outer, count, inner, 1)),
    Mean: reduction((x, out, outer, count, inner) => native.sum_f32(x, out, outer, count, inner, 1 / count)),
    Max: extreme(1),
    Min: extreme(-1),

    Softmax({ inputs: { logits }, backend }) {
      if (logits!.dtype !== "float32") return undefined;
      const dim = logits!.shape.at(-1)!;
      const out = backend.output(logits!.shape);
      const rows = tf.util.sizeFromShape(logits!.shape.slice(0, -1));
      native.softmax_f32(backend.floatsOf(logits!), out.values, rows, dim);
      return out.info;
    },
  };
}
