// x, weight, bias, y, mean, inverse_std, rows, dim, epsilon
const normalize = {
  parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize", "f32"],
  result: "void",
} as const;

// dy, x, weight, mean, inverse_std, dx, dweight, dbias, rows, dim
const normalizeGrad = {
  parameters: [
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "usize",
    "usize",
  ],
  result: "void",
} as const;

// from, keep int32 or null, to, batch, height, width, channels, patch size, rows, visible
const patches = [
  "buffer",
  "buffer",
  "buffer",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
] as const;

// table, segments int32, steps, statistics, out, views, batch, height, width, channels, alone
const imageViews = [
  "buffer",
  "buffer",
  "buffer",
  "buffer",
  "buffer",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "i32",
] as const;

// batch, time, channels, kernel, stride, groups, padding before, output time, output channels
const conv1d = [
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
  "usize",
] as const;

// batch, height, width, channels, kernel, groups, out channels
const groupedConv2d = ["usize", "usize", "usize", "usize", "usize", "usize", "usize"] as const;

// operation, a, b, out, outer, inner, a outer, b outer, a inner, b inner
const binary = {
  parameters: ["i32", "buffer", "buffer", "buffer", "usize", "usize", "usize", "usize", "usize", "usize"],
  result: "void",
} as const;

// scores, counts, measure, log_sum, batch, rows, dim
const softmaxMeasure = {
  parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize", "usize"],
  result: "void",
} as const;

// dy, scores, counts, measure, log_sum, dscores, batch, rows, dim
const softmaxMeasureGrad = {
  parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize", "usize"],
  result: "void",
} as const;

/** Every native symbol once; sizes are in elements, tensors row-major float32 unless said otherwise. */
export const symbols = {
  // a, b, bias or null, c, batches, a stride, b stride, m, n, k, transpose a, transpose b
  gemm_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "i32",
      "i32",
    ],
    result: "void",
  },
  layer_norm_f32: normalize,
  layer_norm_grad_f32: normalizeGrad,
  batch_norm_f32: normalize,
  batch_norm_grad_f32: normalizeGrad,
  // x, branch, scale or null, weight, bias, sum, y, mean, inverse_std, batch, rows, dim, epsilon
  add_layer_norm_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "f32",
    ],
    result: "void",
  },
  // dsum or null, dy, sum, scale or null, weight, mean, inverse_std, dx, dbranch or null, dweight, dbias, batch, rows, dim
  add_layer_norm_grad_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
    ],
    result: "void",
  },
  // x, weight1, bias1, weight2, bias2, linear or null, y, rows, in, hidden, out
  mlp_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "void",
  },
  // dy, x, linear, weight1, weight2, hidden for work, dlinear for work, dx, dweight1, dbias1, dweight2, dbias2, rows, in, hidden, out
  mlp_grad_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "void",
  },
  gelu_f32: { parameters: ["buffer", "buffer", "usize"], result: "void" }, // x, y, size
  gelu_grad_f32: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "void" }, // dy, x, dx, size
  // logits, target, loss, log_sum, rows, dim
  softmax_xent_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize"],
    result: "void",
  },
  // dy, logits, target, log_sum, dlogits, rows, dim
  softmax_xent_grad_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize"],
    result: "void",
  },
  // pred, target, loss, rows, dim, beta
  smooth_l1_f32: { parameters: ["buffer", "buffer", "buffer", "usize", "usize", "f32"], result: "void" },
  // dy, pred, target, dpred, rows, dim, beta
  smooth_l1_grad_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize", "f32"],
    result: "void",
  },
  // qkv, bias [heads, tokens, tokens] or null, out, log_sum_exp, batch, tokens, dim, heads
  self_attention_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize", "usize", "usize"],
    result: "void",
  },
  // dout, qkv, bias or null, out, log_sum_exp, dqkv, dbias or null, batch, tokens, dim, heads
  self_attention_grad_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "void",
  },
  // scores, counts [batch, dim], entropy, log_sum, batch, rows, dim
  softmax_entropy_f32: softmaxMeasure,
  softmax_share_f32: softmaxMeasure, // the same with log_share
  // dy, scores, counts, entropy, log_sum, dscores, batch, rows, dim
  softmax_entropy_grad_f32: softmaxMeasureGrad,
  softmax_share_grad_f32: softmaxMeasureGrad, // the same with log_share
  // qkv, scores, batch, tokens, dim, heads
  attention_scores_f32: {
    parameters: ["buffer", "buffer", "usize", "usize", "usize", "usize"],
    result: "void",
  },
  // dscores, qkv, dqkv, batch, tokens, dim, heads
  attention_scores_grad_f32: {
    parameters: ["buffer", "buffer", "buffer", "usize", "usize", "usize", "usize"],
    result: "void",
  },
  // query, keys, values, out, weights, batch, tokens, dim, heads
  class_attention_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize", "usize", "usize"],
    result: "void",
  },
  // dout, query, keys, values, weights, dquery, dkeys, dvalues, slopes, batch, tokens, dim, heads
  class_attention_grad_f32: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "void",
  },
  // from, keep int32, out, batch, tokens, dim, rows, visible; 1 if an index is outside
  gather_tokens_f32: {
    parameters: ["buffer", "buffer", "buffer", "usize", "usize", "usize", "usize", "usize"],
    result: "i32",
  },
  // dout, keep int32, dtokens, batch, tokens, dim, rows, visible
  gather_tokens_grad_f32: {
    parameters: ["buffer", "buffer", "buffer", "usize", "usize", "usize", "usize", "usize"],
    result: "void",
  },
  // x, weight, bias or null, out
  conv1d_f32: { parameters: ["buffer", "buffer", "buffer", "buffer", ...conv1d], result: "void" },
  // dout, weight, dx
  conv1d_grad_input_f32: { parameters: ["buffer", "buffer", "buffer", ...conv1d], result: "void" },
  // dout, x, dweight
  conv1d_grad_weight_f32: { parameters: ["buffer", "buffer", "buffer", ...conv1d], result: "void" },
  // x, weight, bias, out
  grouped_conv2d_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", ...groupedConv2d],
    result: "void",
  },
  // dout, weight, dx
  grouped_conv2d_grad_input_f32: {
    parameters: ["buffer", "buffer", "buffer", ...groupedConv2d],
    result: "void",
  },
  // dout, x, dweight
  grouped_conv2d_grad_weight_f32: {
    parameters: ["buffer", "buffer", "buffer", ...groupedConv2d],
    result: "void",
  },
  gather_patches_f32: { parameters: patches, result: "i32" }, // from images; 1 if an index is outside
  gather_patches_grad_f32: { parameters: patches, result: "void" }, // to images
  // table, index, bytes uint8 or null, floats or null, height, width
  set_image: { parameters: ["buffer", "usize", "buffer", "buffer", "usize", "usize"], result: "void" },
  image_views_f32: { parameters: imageViews, result: "i32" }, // 1 if there is no memory
  image_views_f32_async: {
    name: "image_views_f32",
    parameters: imageViews,
    result: "i32",
    nonblocking: true,
  },
  // x or null, branch, scale, out, batch, size of a sample
  drop_path_add_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize"],
    result: "void",
  },
  // from, from stride, to, to stride, rows, count
  copy_runs_f32: { parameters: ["buffer", "usize", "buffer", "usize", "usize", "usize"], result: "void" },
  // from, to, shape uint32, from strides uint32, to strides uint32, rank at most 8, run
  copy_places_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize"],
    result: "void",
  },
  unary_f32: { parameters: ["i32", "buffer", "buffer", "usize", "f32", "f32"], result: "void" }, // operation, x, y, size, a, b
  binary_f32: binary,
  compare_f32: binary, // out uint8
  // condition uint8, a, b, out, size
  select_f32: { parameters: ["buffer", "buffer", "buffer", "buffer", "usize"], result: "void" },
  softmax_f32: { parameters: ["buffer", "buffer", "usize", "usize"], result: "void" }, // x, y, rows, dim
  // x, out, outer, count, inner, 1 for the largest, −1 for the smallest
  extreme_f32: { parameters: ["buffer", "buffer", "usize", "usize", "usize", "f32"], result: "void" },
  // x, out, outer, count, inner, factor
  sum_f32: { parameters: ["buffer", "buffer", "usize", "usize", "usize", "f32"], result: "void" },
  // x, y, norm, rows, dim, epsilon
  l2_normalize_f32: {
    parameters: ["buffer", "buffer", "buffer", "usize", "usize", "f32"],
    result: "void",
  },
  // dy, y, norm, dx, rows, dim, epsilon
  l2_normalize_grad_f32: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "usize", "usize", "f32"],
    result: "void",
  },
  // table, row, then any of parameter, grad, m, v, teacher; size, decay
  set_row: {
    parameters: ["buffer", "usize", "buffer", "buffer", "buffer", "buffer", "buffer", "usize", "f32"],
    result: "void",
  },
  norm_f32: { parameters: ["buffer", "usize", "buffer"], result: "void" }, // table, rows, norm [1]
  // table, rows, beta1, beta2, epsilon, rate, root_correction, momentum, 1 − momentum
  adamw_f32: {
    parameters: ["buffer", "usize", "f32", "f32", "f32", "f32", "f32", "f32", "f32"],
    result: "void",
  },
  momentum_update_f32: { parameters: ["buffer", "usize", "f32", "f32"], result: "void" }, // table, rows, momentum, 1 − momentum
  num_threads: { parameters: [], result: "i32" }, // that a parallel kernel uses
  use_threads: { parameters: ["i32"], result: "i32" }, // count wanted, 0 for what suits the machine; the first call decides
  processor_features: { parameters: ["buffer"], result: "void" }, // words [8] uint32
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** Sizes are typed as bigint by Deno, which takes numbers as well and passes them faster. */
type Numbers<Arguments extends unknown[]> = {
  [Index in keyof Arguments]: Arguments[Index] extends bigint ? number : Arguments[Index];
};

/** The kernels' functions. */
export type NativeFunctions = {
  readonly [Name in keyof Library]: (
    ...args: Numbers<Parameters<Library[Name]>>
  ) => ReturnType<Library[Name]>;
};
