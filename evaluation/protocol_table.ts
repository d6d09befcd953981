import type { FeatureMeasures } from "./feature_measures.ts";
import type { ExtraProtocol } from "./protocols.ts";

/** Accuracies, in [0, 1], of what was asked for besides kNN and linear probe; there is nothing in pixels to fine-tune. */
export type ExtraAccuracies = { readonly [Name in ExtraProtocol]?: number };

/** One encoder, or a control in its place, on the one split that the whole table shares. */
export type ProtocolRow = ExtraAccuracies & {
  /** What the classifiers were given. */
  readonly features: "trained encoder" | "untrained encoder" | "raw pixels";
  /** D, numbers an image. */
  readonly dim: number;
  /** Weighted kNN accuracy, in [0, 1]. */
  readonly knn: number;
  /** Linear probe accuracy, in [0, 1]. */
  readonly linear: number;
  /** Measures of the vectors alone, where they were asked for. */
  readonly rank?: FeatureMeasures;
};

/** The result of an evaluation: the trained encoder and its controls, with the size of the split. */
export type ProtocolTable = {
  /** The trained encoder first. */
  readonly rows: readonly ProtocolRow[];
  /** Training images that all rows used. */
  readonly numTrain: number;
  /** Test images that all rows used. */
  readonly numTest: number;
};
