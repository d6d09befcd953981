/**
 * From shards to batches, in an order that is exact: orders that are functions, partition over ranks, mixtures.
 * @module
 */
export { type BatchLayout, batchSpan, countBatches, type Span } from "./batch_span.ts";
export { blockOrder, type BlockOrderOptions } from "./block_order.ts";
export { indexPermutation } from "./index_permutation.ts";
export { type MixtureOptions, type MixtureOrder, mixtureOrder, type MixtureSample } from "./mixture_order.ts";
export type { SampleOrder } from "./sample_order.ts";
