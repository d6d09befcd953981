/** What a call must do at least. */
export type Cost = {
  /** Additions and multiplications, two for a multiply-add. */
  readonly flop: number;
  /** Bytes of inputs and outputs, each moved once. */
  readonly bytes: number;
};

/** Operations of one element, as `vector.h` computes them. */
const [exp, erf, sqrt] = [21, 27, 1];

/** FLOP of one attention over all heads, forward: two products of N × N × D, and the weights' softmax. */
const attention = ([batch, tokens, dim, heads]: readonly number[]) =>
  batch! * tokens! ** 2 * (4 * dim! + heads! * (exp + 4));

/** FLOP of a convolution along time, and of either of its gradients. */
const convolution = (
  [batch, , channels, kernel, , groups, , outTime, outChannels]: readonly number[],
) => 2 * batch! * outTime! * outChannels! * kernel! * channels! / groups!;

const gridConvolution = (
  [batch, height, width, channels, kernel, groups, outChannels]: readonly number[],
) => 2 * batch! * height! * width! * outChannels! * kernel! ** 2 * channels! / groups!;

const none = () => 0;

/** FLOP by C function, from the numbers among its arguments in their order. */
export const flopOf: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  gemm_f32: ([batches, , , m, n, k]) => 2 * batches! * m! * n! * k!,
  mlp_f32: ([rows, inDim, hiddenDim, outDim]) => rows! * hiddenDim! * (2 * inDim! + 2 * outDim! + erf + 4),
  mlp_grad_f32: ([rows, inDim, hiddenDim, outDim]) =>
    rows! * hiddenDim! * (4 * inDim! + 4 * outDim! + erf + exp + 9) + rows! * outDim!,
  layer_norm_f32: ([rows, dim]) => 7 * rows! * dim!,
  layer_norm_grad_f32: ([rows, dim]) => 13 * rows! * dim!,
  batch_norm_f32: ([rows, dim]) => 7 * rows! * dim!,
  batch_norm_grad_f32: ([rows, dim]) => 13 * rows! * dim!,
  add_layer_norm_f32: ([, rows, dim]) => 9 * rows! * dim!,
  add_layer_norm_grad_f32: ([, rows, dim]) => 15 * rows! * dim!,
  gelu_f32: ([size]) => size! * (erf + 4),
  gelu_grad_f32: ([size]) => size! * (erf + exp + 8),
  softmax_xent_f32: ([rows, dim]) => rows! * dim! * (exp + 5),
  softmax_xent_grad_f32: ([rows, dim]) => rows! * dim! * (exp + 3),
  softmax_entropy_f32: ([batch, rows, dim]) => batch! * rows! * dim! * (exp + 5),
  softmax_entropy_grad_f32: ([batch, rows, dim]) => batch! * rows! * dim! * (exp + 4),
  softmax_share_f32: ([batch, rows, dim]) => batch! * rows! * dim! * (exp + 4),
  softmax_share_grad_f32: ([batch, rows, dim]) => batch! * rows! * dim! * (exp + 2),
  smooth_l1_f32: ([rows, dim]) => 5 * rows! * dim!,
  smooth_l1_grad_f32: ([rows, dim]) => 4 * rows! * dim!,
  self_attention_f32: attention,
  self_attention_grad_f32: ([batch, tokens, dim, heads]) =>
    batch! * tokens! ** 2 * (10 * dim! + heads! * (exp + 4)), // five products, as the weights are computed anew
  attention_scores_f32: ([batch, tokens, dim]) => 2 * batch! * tokens! ** 2 * dim!,
  attention_scores_grad_f32: ([batch, tokens, dim]) => 4 * batch! * tokens! ** 2 * dim!,
  class_attention_f32: ([batch, tokens, dim, heads]) => batch! * tokens! * (4 * dim! + heads! * (exp + 4)),
  class_attention_grad_f32: ([batch, tokens, dim]) => 8 * batch! * tokens! * dim!,
  conv1d_f32: convolution,
  conv1d_grad_input_f32: convolution,
  conv1d_grad_weight_f32: convolution,
  grouped_conv2d_f32: gridConvolution,
  grouped_conv2d_grad_input_f32: gridConvolution,
  grouped_conv2d_grad_weight_f32: gridConvolution,
  softmax_f32: ([rows, dim]) => rows! * dim! * (exp + 4),
  gather_tokens_f32: none,
  image_views_f32: none, // how many depends on the steps
  image_views_f32_async: none,
  gather_tokens_grad_f32: ([, , dim, rows, visible]) => rows! * visible! * dim!,
  drop_path_add_f32: ([batch, size]) => 2 * batch! * size!,
  gather_patches_f32: none,
  gather_patches_grad_f32: none,
  copy_runs_f32: none,
  copy_places_f32: none,
  select_f32: none,
  unary_f32: ([, size]) => size!,
  compare_f32: ([, outer, inner]) => outer! * inner!,
  extreme_f32: ([outer, count, inner]) => outer! * count! * inner!,
  binary_f32: ([, outer, inner]) => outer! * inner!,
  sum_f32: ([outer, count, inner]) => outer! * count! * inner!,
  l2_normalize_f32: ([rows, dim]) => 3 * rows! * dim!,
  l2_normalize_grad_f32: ([rows, dim]) => 6 * rows! * dim!,
};

/** C functions that compute nothing, or whose cost depends on what was told before. */
export const others: readonly string[] = [
  "set_image",
  "set_row",
  "norm_f32",
  "adamw_f32",
  "momentum_update_f32",
  "num_threads",
  "use_threads",
  "processor_features",
];

/** Parameters that the rows of a table hold, told by `set_row()` before the table is used. */
type Table = { elements: number; followed: number };

/** Works out what each call costs; calls must come in their order, as some of them prepare another. */
export class KernelCosts {
  #table: Table = { elements: 0, followed: 0 };

  /**
   * The cost of a call.
   * @param symbol A C function.
   * @param args What it is called with.
   * @returns Bytes of all arrays among the arguments, where nothing else is known.
   */
  of(symbol: string, args: readonly unknown[]): Cost {
    const numbers = args.filter((x): x is number => typeof x === "number");
    const arrays = args.filter((x): x is ArrayBufferView => ArrayBuffer.isView(x));
    switch (symbol) {
      case "set_row": {
        const size = numbers[1]!; // row, size, decay
        this.#table.elements += size;
        if (ArrayBuffer.isView(args[6])) this.#table.followed += size;
        return { flop: 0, bytes: 0 };
      }
      case "norm_f32": {
        const { elements } = this.#takeTable();
        return { flop: 2 * elements, bytes: 4 * elements };
      }
      case "adamw_f32": { // parameter, both moments and teacher are read and written, the gradient is read
        const { elements, followed } = this.#takeTable();
        return { flop: elements * (12 + sqrt) + 3 * followed, bytes: 4 * (7 * elements + 2 * followed) };
      }
      case "momentum_update_f32": {
        const { followed } = this.#takeTable();
        return { flop: 3 * followed, bytes: 4 * 3 * followed };
      }
      case "copy_runs_f32": { // of parts of its arrays
        const [, , rows, count] = numbers;
        return { flop: 0, bytes: 4 * 2 * rows! * count! };
      }
      default: {
        const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
        return { flop: flopOf[symbol]?.(numbers) ?? 0, bytes };
      }
    }
  }

  #takeTable(): Table {
    const table = this.#table;
    this.#table = { elements: 0, followed: 0 };
    return table;
  }
}
