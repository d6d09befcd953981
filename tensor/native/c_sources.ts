/** The kernels' C sources, next to this file, but for the one below. */
export const kernelSources: readonly string[] = [
  "attention.c",
  "batch_norm.c",
  "class_attention.c",
  "conv1d.c",
  "elementwise.c",
  "extremes.c",
  "gelu.c",
  "gemm.c",
  "gemm_dots.c",
  "gemm_pack.c",
  "gemm_tile.c",
  "grouped_conv2d.c",
  "image_colour.c",
  "image_filter.c",
  "image_resize.c",
  "image_views.c",
  "l2_normalize.c",
  "layer_norm.c",
  "layout.c",
  "losses.c",
  "mlp.c",
  "optimizer.c",
  "patches.c",
  "platform_posix.c",
  "scratch.c",
  "softmax.c",
  "softmax_measures.c",
  "sums.c",
  "threads.c",
  "tokens.c",
];

/** The one that is compiled for any processor of the architecture: it is asked before anything built for one processor runs. */
export const portableSource = "processor.c";

/** What they include. */
export const headers: readonly string[] = [
  "gelu.h",
  "gemm.h",
  "gemm_tile.h",
  "image_views.h",
  "platform.h",
  "scratch.h",
  "sums.h",
  "threads.h",
  "vector.h",
];

/** What every source is compiled with, for every processor. */
export const commonFlags: readonly string[] = [
  "-std=gnu11",
  "-O3",
  "-fno-math-errno",
  "-fPIC",
  "-pthread",
];

/** Asks the compiler for all the instructions of the processor at hand; compilers for Arm want the processor, not the architecture. */
export const nativeFlag: string = Deno.build.arch === "aarch64" ? "-mcpu=native" : "-march=native";

/** Comes last. Threads outlive the library's last user: it must never be unloaded under them. */
export const linkFlags: readonly string[] = Deno.build.os === "linux" ? ["-lm", "-Wl,-z,nodelete"] : ["-lm"];
