import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { groupedConv2dReference } from "./grouped_conv2d_reference.ts";

/**
 * Convolution of grids in groups of channels, with zeros around them so that they keep their size.
 * @param x [B, H, W, C].
 * @param weight [K, K·C/G, O], K odd: rows of the kernel, then its columns with the channels of a group inside; O in G parts.
 * @param bias [O].
 * @param groups G: each of as many parts of the output channels sees its own part of the input channels.
 * @returns [B, H, W, O], as one tape entry where the device has the kernel.
 * @throws {TypeError} If the kernel is even, the sizes do not fit together, there are no channels or the groups do not divide them.
 */
export function groupedConv2d(x: Tensor4D, weight: Tensor3D, bias: Tensor1D, groups: number): Tensor4D {
  const channels = x.shape[3];
  const [kernelSize, rows, outChannels] = weight.shape;
  const divides = Number.isInteger(groups) && groups >= 1 && channels >= 1 && outChannels >= 1 &&
    channels % groups === 0 && outChannels % groups === 0;
  if (
    !divides || kernelSize % 2 !== 1 || rows !== kernelSize * channels / groups ||
    bias.shape[0] !== outChannels
  ) {
    throw new TypeError(
      `Cannot convolve ${channels} channels with a weight [${weight.shape}] and a bias [${bias.shape}] in ${groups} groups: ` +
        "the kernel must be odd, and the groups must divide the channels of input and output, of which neither may be 0",
    );
  }
  if (!hasFusedKernel("GroupedConv2d")) return groupedConv2dReference(x, weight, bias, groups);
  const [y] = tapeEntry(
    [x, weight, bias],
    (save) => {
      save([x, weight]);
      return runFusedKernel("GroupedConv2d", { x, weight, bias }, { groups });
    },
    ([dy], [x, weight]) => [
      () => runFusedKernel("GroupedConv2dGradInput", { dy: dy!, weight: weight! }, { groups })[0]!,
      () => runFusedKernel("GroupedConv2dGradWeight", { dy: dy!, x: x! }, { groups, kernelSize })[0]!,
      () => tf.sum(dy!, [0, 1, 2]),
    ],
  );
  return y as Tensor4D;
}
