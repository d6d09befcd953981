import { attentionCases } from "./_attention_cases.ts";
import { convolutionCases } from "./_convolution_cases.ts";
import { gridConvolutionCases } from "./_grid_convolution_cases.ts";
import { elementwiseCases } from "./_elementwise_cases.ts";
import { imageCases } from "./_image_cases.ts";
import type { KernelCases, KernelName } from "./_kernel_cases.ts";
import { layoutCases } from "./_layout_cases.ts";
import { lossCases } from "./_loss_cases.ts";
import { matrixCases } from "./_matrix_cases.ts";
import { normCases } from "./_norm_cases.ts";
import { optimizerCases } from "./_optimizer_cases.ts";

/** Symbols that compute nothing, and where they are tested. */
export const notKernels: readonly KernelName[] = [
  "image_views_f32_async", // image_views_f32, not waited for
  "num_threads", // same_bits_test.ts
  "processor_features", // cached_build_test.ts
  "set_image", // with the kernel that takes a table
  "set_row", // with the kernels that take a table
  "use_threads", // same_bits_test.ts
];

/** What every kernel is called with. */
export const cases: Readonly<Record<string, KernelCases>> = {
  ...matrixCases,
  ...normCases,
  ...elementwiseCases,
  ...attentionCases,
  ...layoutCases,
  ...optimizerCases,
  ...imageCases,
  ...convolutionCases,
  ...gridConvolutionCases,
  ...lossCases,
};
