import * as tf from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { rowBroadcast } from "./broadcast.ts";
import { copyPlaces, stridesOf } from "./copy_places.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { PlainCall, PlainKernel, PlainKernels } from "./plain_kernel.ts";

// In the order of elementwise.c's lists.
const unaryNames = [
  "Neg",
  "Abs",
  "Square",
  "Sqrt",
  "Rsqrt",
  "Reciprocal",
  "Exp",
  "Log",
  "Log1p",
  "Sigmoid",
  "Tanh",
  "Erf",
  "Softplus",
  "Relu",
  "Step",
  "Sign",
  "ClipByValue",
];
const binaryNames = ["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference"];
const comparisonNames = ["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"];

/** Arithmetic number by number: of one tensor, of two that tfjs broadcasts, and choices between two. */
export function elementwiseKernels(native: NativeFunctions): PlainKernels {
  const unary = (operation: number): PlainKernel => ({ inputs: { x }, attrs, backend }) => {
    if (x!.dtype !== "float32") return undefined;
    const out = backend.output(x!.shape);
    const [a, b] = [attrs?.clipValueMin ?? attrs?.alpha ?? 0, attrs?.clipValueMax ?? 0];
    native.unary_f32(operation, backend.floatsOf(x!), out.values, tf.util.sizeFromShape(x!.shape), a, b);
    return out.info;
  };

  /** An operand as large as the result, where it is repeated in a pattern of more than two parts. */
  const repeat = (x: TensorInfo, shape: readonly number[], backend: PlainCall["backend"]): TensorInfo => {
    const out = backend.output(shape);
    const own = [...Array(shape.length - x.shape.length).fill(1), ...x.shape];
    const strides = stridesOf(own).map((stride, axis) => own[axis] === 1 ? 0 : stride);
    copyPlaces(native, backend.floatsOf(x), out.values, shape, strides, stridesOf(shape));
    return out.info;
  };

  /** Lays two operands over rows of the result and calls `run`; false if that cannot be done. */
  const overRows = (
    { inputs: { a, b }, backend }: PlainCall,
    shape: readonly number[],
    run: (left: TensorInfo, right: TensorInfo, rows: readonly number[]) => void,
  ): boolean => {
    const direct = rowBroadcast(a!.shape, b!.shape, shape);
    if (!direct && shape.length > 8) return false;
    const [left, right] = direct ? [a!, b!] : [repeat(a!, shape, backend), repeat(b!, shape, backend)];
    const { outer, inner, aOuter, bOuter, aInner, bInner } = direct ?? rowBroadcast(shape, shape, shape)!;
    run(left, right, [outer, inner, aOuter, bOuter, aInner, bInner]);
    if (!direct) { for (const { dataId } of [left, right]) backend.disposeData(dataId); }
    return true;
  };

  const binary = (operation: number): PlainKernel => (call) => {
    const { inputs: { a, b }, backend } = call;
    if (a!.dtype !== "float32" || b!.dtype !== "float32") return undefined;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const out = backend.output(shape);
    const done = overRows(call, shape, (left, right, rows) => {
      const [lefts, rights] = [backend.floatsOf(left), backend.floatsOf(right)];
      native.binary_f32(
        operation,
        lefts,
        rights,
        out.values,
        ...rows as [number, number, number, number, number, number],
      );
    });
    if (done) return out.info;
    backend.disposeData(out.info.dataId);
    return undefined;
  };

  const comparison = (operation: number): PlainKernel => (call) => {
    const { inputs: { a, b }, backend } = call;
    if (a!.dtype !== "float32" || b!.dtype !== "float32") return undefined;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const truths = new Uint8Array(tf.util.sizeFromShape(shape));
    const done = overRows(call, shape, (left, right, rows) => {
      const [lefts, rights] = [backend.floatsOf(left), backend.floatsOf(right)];
      native.compare_f32(
        operation,
        lefts,
        rights,
        truths,
        ...rows as [number, number, number, number, number, number],
      );
    });
    return done ? backend.makeTensorInfo(shape, "bool", truths) : undefined;
  };

  const isNot = comparison(comparisonNames.indexOf("NotEqual"));

  const filled = (shape: readonly number[], value: number, backend: PlainCall["backend"]): TensorInfo => {
    const out = backend.output(shape);
    out.values.fill(value);
    return out.info;
  };

  return {
    ...Object.fromEntries(unaryNames.map((name, i) => [name, unary(i)])),
    ...Object.fromEntries(binaryNames.map((name, i) => [name, binary(i)])),
    ...Object.fromEntries(comparisonNames.map((name, i) => [name, comparison(i)])),

    AddN({ inputs, backend }) {
      const [first, ...others] = Object.values(inputs).flat() as TensorInfo[];
      if ([first!, ...others].some(({ dtype }) => dtype !== "float32")) return undefined;
      const size = tf.util.sizeFromShape(first!.shape);
      const out = backend.output(first!.shape);
      out.values.set(backend.floatsOf(first!));
      for (const other of others) {
        native.binary_f32(0, out.values, backend.floatsOf(other), out.values, 1, size, 0, 0, 1, 1);
      }
      return out.info;
    },

    Select({ inputs: { condition, t, e }, backend }) {
      const isPlain = condition!.dtype === "bool" && t!.dtype === "float32" && e!.dtype === "float32";
      if (!isPlain || !tf.util.arraysEqual(condition!.shape, t!.shape)) return undefined;
      const out = backend.output(t!.shape);
      const truths = backend.data.get(condition!.dataId).values as Uint8Array<ArrayBuffer>;
      const size = tf.util.sizeFromShape(t!.shape);
      native.select_f32(truths, backend.floatsOf(t!), backend.floatsOf(e!), out.values, size);
      return out.info;
    },

    /** tfjs's own shares int32 values with the float32 tensor, which C would take for floats. */
    Cast({ inputs: { x }, attrs, backend }) {
      const { dtype } = attrs;
      if (dtype === "bool" && x!.dtype === "float32") {
        const zero = filled([], 0, backend);
        const truths = isNot({ inputs: { a: x!, b: zero }, attrs, backend });
        backend.disposeData(zero.dataId);
        return truths;
      }
      if (dtype !== "float32" || (x!.dtype !== "int32" && x!.dtype !== "bool")) return undefined;
      const out = backend.output(x!.shape);
      out.values.set(backend.data.get(x!.dataId).values as Int32Array | Uint8Array);
      return out.info;
    },

    Fill: ({ attrs: { shape, value, dtype }, backend }) =>
      (dtype ?? "float32") === "float32" && typeof value === "number"
        ? filled(shape, value, backend)
        : undefined,
    OnesLike: ({ inputs: { x }, backend }) =>
      x!.dtype === "float32" ? filled(x!.shape, 1, backend) : undefined,
    ZerosLike: ({ inputs: { x }, backend }) =>
      x!.dtype === "float32" ? filled(x!.shape, 0, backend) : undefined,
  };
}
