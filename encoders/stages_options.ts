import type { Tensor4D } from "@tensorflow/tfjs-core";

/** What is shown of a forward pass, and changed on the way. */
export type StagesOptions = {
  /** Whether scores are shown, which the fused attention does not keep: they are computed for this. */
  readonly withScores?: boolean;
  /** Whether what each block's halves say is shown: their LayerScale is then not taken into their last maps. */
  readonly withBranches?: boolean;
  /** What is to be added to the scores besides the bias, given these; a constant, and not in the scores shown. */
  readonly scoreBias?: ((scores: Tensor4D) => Tensor4D) | undefined;
};
