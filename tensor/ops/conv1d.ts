import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { conv1dReference, type Conv1dSizes } from "./conv1d_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/** Where a convolution's windows lie, and what they see. */
export type Conv1dOptions = {
  /** Positions from window to window; 1 by default. */
  readonly stride?: number;
  /** G: each of as many parts of the output channels sees its own part of the input channels; 1 by default. */
  readonly groups?: number;
  /**
   * `valid`, the default, has windows inside the signal alone. `same` has one around every position, with ⌊K / 2⌋ zeros before the
   * signal and the others after it, as wav2vec 2.0's positional convolution; its stride is 1.
   */
  readonly padding?: "valid" | "same";
};

/**
 * Convolution along time.
 * @param x [B, T, C], a waveform or features of one.
 * @param weight [K·C/G, O]: the positions of the kernel one after the other, the channels of a group inside; O in G parts.
 * @param bias [O], if there is one.
 * @param options Stride, groups and padding.
 * @returns [B, T′, O] with T′ = ⌊(T − K) / stride⌋ + 1, or T where padding keeps it; as one tape entry where the device has the kernel.
 * @throws {RangeError} If the stride is not a whole number ≥ 1, or not 1 with padding `same`; or if the kernel is longer than the signal.
 * @throws {TypeError} If the sizes of x, weight and bias do not fit together, or the groups do not divide the channels.
 */
export function conv1d(
  x: Tensor3D,
  weight: Tensor2D,
  bias?: Tensor1D,
  options: Conv1dOptions = {},
): Tensor3D {
  const sizes = sizesOf(x, weight, bias, options);
  if (!hasFusedKernel("Conv1d")) return conv1dReference(x, weight, bias, sizes);
  const [y] = tapeEntry(
    [x, weight, ...bias ? [bias] : []],
    (save) => {
      save([x, weight]);
      return runFusedKernel("Conv1d", { x, weight, ...bias && { bias } }, sizes);
    },
    ([dy], [x, weight]) => {
      const [, time, channels] = x!.shape as Tensor3D["shape"];
      return [
        () =>
          runFusedKernel("Conv1dGradInput", { dy: dy!, weight: weight! }, { ...sizes, time, channels })[0]!,
        () => runFusedKernel("Conv1dGradWeight", { dy: dy!, x: x! }, sizes)[0]!,
        ...bias ? [() => tf.sum(dy!, [0, 1])] : [],
      ];
    },
  );
  return y as Tensor3D;
}

function sizesOf(
  { shape: [, time, channels] }: Tensor3D,
  { shape: [height, outChannels] }: Tensor2D,
  bias: Tensor1D | undefined,
  { stride = 1, groups = 1, padding = "valid" }: Conv1dOptions,
): Conv1dSizes {
  const kernelSize = height * groups / channels;
  const divides = Number.isInteger(groups) && groups >= 1 && channels % groups === 0 &&
    outChannels % groups === 0;
  if (!(divides && Number.isInteger(kernelSize) && kernelSize >= 1)) {
    throw new TypeError(
      `Cannot convolve ${channels} channels with a weight [${height},${outChannels}] in ${groups} groups: ` +
        "the groups must divide the channels of input and output, and the input's of one group the rows of the weight",
    );
  }
  if (bias && bias.shape[0] !== outChannels) {
    throw new TypeError(
      `Cannot add a bias of length ${bias.shape[0]} to ${outChannels} channels: pass as many`,
    );
  }
  if (!(Number.isInteger(stride) && stride >= 1) || (padding === "same" && stride !== 1)) {
    throw new RangeError(
      `Cannot convolve with stride ${stride} and padding "${padding}": choose a whole stride ≥ 1, and 1 with padding "same"`,
    );
  }
  if (padding === "same") return { kernelSize, stride, groups, padding: kernelSize >> 1, outTime: time };
  if (kernelSize > time) {
    throw new RangeError(
      `Cannot fit a kernel of ${kernelSize} into a signal of ${time}: pass a longer signal`,
    );
  }
  return { kernelSize, stride, groups, padding: 0, outTime: Math.floor((time - kernelSize) / stride) + 1 };
}
