/** One way to build the kernels; an engine gets the best that it can run. */
export type Variant = {
  readonly name: "relaxed_threads" | "relaxed" | "simd_threads" | "simd";
  /** Uses multiply-add, which an engine may round once or twice. */
  readonly isRelaxed: boolean;
  /** Uses a memory that workers share. */
  readonly hasThreads: boolean;
};

/** Every variant that is built. */
export const variants: readonly Variant[] = [
  { name: "relaxed_threads", isRelaxed: true, hasThreads: true },
  { name: "relaxed", isRelaxed: true, hasThreads: false },
  { name: "simd_threads", isRelaxed: false, hasThreads: true },
  { name: "simd", isRelaxed: false, hasThreads: false },
];
