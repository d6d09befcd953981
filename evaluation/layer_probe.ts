import { checkSplits } from "./_check_splits.ts";
import type { Features } from "./features.ts";
import { linearProbe, type LinearProbeOptions } from "./linear_probe.ts";
import { linearProtocols } from "./linear_protocols.ts";

/** What linear classifiers say of the test split, a layer each. */
export type LayerProbeResult = {
  /** Share of the test rows whose class was predicted, in [0, 1], of each layer. */
  readonly accuracies: readonly number[];
  /** Index of the layer with the highest, of equals the first. */
  readonly best: number;
  /** Its accuracy. As the layer was chosen on the test split, this flatters by a little; compare only with numbers that were found alike. */
  readonly accuracy: number;
};

/**
 * A linear probe of every layer, the best of which is reported, as BEiT does (arXiv:2106.08254, released code).
 * @param train Features of each layer: BEiT's are [class token; mean of patches] after each block.
 * @param test The same of the test split.
 * @param options How; `linearProtocols.beit` unless told otherwise.
 * @throws {TypeError} If there are no layers, or not as many in both splits; and as `linearProbe()`.
 * @throws {RangeError} As `linearProbe()`.
 */
export async function layerProbe(
  train: readonly Features[],
  test: readonly Features[],
  options: LinearProbeOptions = {},
): Promise<LayerProbeResult> {
  if (train.length === 0 || train.length !== test.length) {
    throw new TypeError(
      `Cannot probe ${train.length} layers by ${test.length}: give the same layers of both splits, at least one`,
    );
  }
  train.forEach((features, layer) => checkSplits(features, test[layer]!));
  const accuracies: number[] = [];
  for (const [layer, features] of train.entries()) {
    accuracies.push(
      (await linearProbe(features, test[layer]!, { ...linearProtocols.beit, ...options })).accuracy,
    );
  }
  const accuracy = Math.max(...accuracies);
  return { accuracies, best: accuracies.indexOf(accuracy), accuracy };
}
