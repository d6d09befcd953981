import type { KernelName } from "./_kernel_cases.ts";

/** Memory that a kernel gets a pointer into. */
export type Memory = { readonly bytes: Uint8Array<ArrayBuffer>; readonly offset: number };

/** What a kernel is called with: memory that it may change, numbers, or a null pointer. */
export type RawArgument = Memory | number | null;

/** A call of a kernel. */
export type RawCall = { readonly kernel: KernelName; readonly args: readonly RawArgument[] };

/** Compiled kernels, wherever they run. */
export interface Target {
  /** For messages. */
  readonly name: string;
  /** Whether whoever runs the kernels sees to it that they stay inside their memory. */
  readonly isChecked: boolean;
  /** Makes calls one after the other on the same memory; what the last returns, 0 if nothing. */
  run(calls: readonly RawCall[]): Promise<number>;
}
