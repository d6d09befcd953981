/**
 * What an encoder is worth, in numbers: kNN, probes of frozen features and fine-tuning, beside their controls, and a report to look at.
 *
 * @example Two classes that lie in two directions
 * ```ts
 * import { type Features, knn, linearProbe } from "@lacuna/evaluation";
 * import { useDevice } from "@lacuna/tensor";
 * import assert from "node:assert/strict";
 *
 * await useDevice("cpu");
 * const train: Features = {
 *   values: Float32Array.of(3, 1, 2, 0, 0, 1, 1, 4), // [4, 2]
 *   dim: 2,
 *   labels: Int32Array.of(0, 0, 1, 1),
 * };
 * const test: Features = { values: Float32Array.of(5, 1, 1, 9), dim: 2, labels: Int32Array.of(0, 1) };
 * assert.equal((await knn(train, test, { k: 2 })).accuracy, 1);
 * assert.equal((await linearProbe(train, test, { epochs: 100 })).accuracy, 1);
 * ```
 *
 * @module
 */
export {
  attentiveProbe,
  attentiveProbeDefaults,
  type AttentiveProbeOptions,
  type AttentiveProbeResult,
  type TokenFeatures,
} from "./attentive_probe.ts";
export { compareCurves, type CurveComparison, type LearningCurve } from "./compare_curves.ts";
export { compareEncoders, type CompareOptions, type Comparison } from "./compare_encoders.ts";
export { DivergenceError } from "./divergence_error.ts";
export { embed, type Encode } from "./embed.ts";
export { embedLayers } from "./embed_layers.ts";
export { embedTokens } from "./embed_tokens.ts";
export {
  type FeatureMeasures,
  featureMeasures,
  featureMeasuresDefaults,
  type FeatureMeasuresOptions,
} from "./feature_measures.ts";
export { fewLabels } from "./few_labels.ts";
export type { Features } from "./features.ts";
export { fineTune, type FineTuneOptions, type FineTuneResult } from "./fine_tune.ts";
export { type FineTuneProtocol, fineTuneProtocolFor, fineTuneProtocols } from "./fine_tune_protocols.ts";
export { formatTable } from "./format_table.ts";
export { knn, knnDefaults, type KnnOptions, type KnnResult } from "./knn.ts";
export { lars, type LarsRates } from "./lars.ts";
export { LayerDecayAdamW, layerDecayScale } from "./layer_decay.ts";
export { layerProbe, type LayerProbeResult } from "./layer_probe.ts";
export { lidar } from "./lidar.ts";
export {
  linearProbe,
  linearProbeDefaults,
  type LinearProbeOptions,
  type LinearProbeResult,
} from "./linear_probe.ts";
export { type LinearProtocol, linearProtocols, type ProbeOptimizer } from "./linear_protocols.ts";
export {
  logisticProbe,
  logisticProbeDefaults,
  type LogisticProbeOptions,
  type LogisticProbeResult,
} from "./logistic_probe.ts";
export { nearestNeighbors, type Neighbors } from "./nearest_neighbors.ts";
export {
  type ExtraMeasurement,
  type ExtraProtocol,
  extraProtocols,
  type Protocol,
  protocolTitles,
} from "./protocols.ts";
export { type RankMeasures, rankMeasures } from "./rank_measures.ts";
export {
  ridgeProbe,
  ridgeProbeDefaults,
  type RidgeProbeOptions,
  type RidgeProbeResult,
} from "./ridge_probe.ts";
export type { ExtraAccuracies, ProtocolRow, ProtocolTable } from "./protocol_table.ts";
export { renderReport } from "./report/render_report.ts";
export type {
  AttentionPictures,
  Curve,
  FactList,
  MaskedPicture,
  NeighborPictures,
  Picture,
  ReportData,
} from "./report/report_data.ts";
