import type { NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { CompiledBackend } from "./backend.ts";

/** What one of tfjs's kernels gets. */
export type PlainCall = {
  readonly inputs: NamedTensorInfoMap;
  // deno-lint-ignore no-explicit-any -- tfjs gives every kernel attributes of its own shape
  readonly attrs: any;
  readonly backend: CompiledBackend;
};

/** The compiled form of one of tfjs's kernels: its outputs, or `undefined` where tfjs's JavaScript must do it. */
export type PlainKernel = (call: PlainCall) => TensorInfo | TensorInfo[] | undefined;

/** Compiled kernels by tfjs's names. */
export type PlainKernels = Readonly<Record<string, PlainKernel>>;
