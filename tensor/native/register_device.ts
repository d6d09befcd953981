import * as tf from "@tensorflow/tfjs-core";
import { CompiledBackend } from "./backend.ts";
import type { NativeFunctions } from "./ffi.ts";
import { registerFusedKernels } from "./fused_kernels.ts";
import type { Memory } from "./memory.ts";
import { registerCompiledImageKernels } from "./image_kernels.ts";
import { registerParameterKernels } from "./parameter_kernels.ts";
import { registerPlainKernels } from "./plain_kernels.ts";

/** Registers a device under this name: tfjs's kernels in JavaScript, the hot ones compiled, on tensors in this memory. */
export function registerDevice(name: string, functions: NativeFunctions, memory: Memory): void {
  tf.registerBackend(name, () => new CompiledBackend(memory));
  registerPlainKernels(name, functions);
  registerFusedKernels(name, functions);
  registerCompiledImageKernels(name, functions, memory);
  registerParameterKernels(name, functions);
}
