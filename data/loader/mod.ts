/**
 * From shards to batches, in an order that is exact: orders that are functions, partition over ranks, mixtures.
 * @module
 */
export type { Batch, BatchArray } from "./batch.ts";
export { type BatchLayout, batchSpan, countBatches, type Span } from "./batch_span.ts";
export { blockOrder, type BlockOrderOptions } from "./block_order.ts";
export { indexPermutation } from "./index_permutation.ts";
export {
  type BatchRange,
  createLoader,
  type Loader,
  type LoaderMetrics,
  type LoaderOptions,
} from "./loader.ts";
export { lengthOrder, type LengthOrderOptions } from "./length_order.ts";
export { memorySplit } from "./memory_split.ts";
export { type MixtureOptions, type MixtureOrder, mixtureOrder, type MixtureSample } from "./mixture_order.ts";
export type { SampleOrder } from "./sample_order.ts";
export type {
  ArraySpec,
  ArrayValues,
  CreatePreparer,
  DType,
  Json,
  Preparation,
  PreparationBatch,
  PreparationContext,
  PreparedShapes,
  Preparer,
  Sample,
  Samples,
} from "./preparation.ts";
export { type ColumnOptions, columnsPreparation } from "./preparations/columns.ts";
export { type WaveformsOptions, waveformsPreparation } from "./preparations/waveforms.ts";
export { rowLengths } from "./row_lengths.ts";
export { type ViewsOptions, viewsPreparation } from "./preparations/views.ts";
export { SampleError } from "./sample_error.ts";
export type { Mixture, SplitReader } from "./split_reader.ts";
export { WorkerError } from "./worker_error.ts";
export type { Column, ImageColumn, LabelColumn, WaveformColumn } from "../shards/column.ts";
export type { ColumnValues, Rows } from "../shards/rows.ts";
