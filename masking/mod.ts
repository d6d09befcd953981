/**
 * Which tokens are hidden: sizes and a random stream in, indices out.
 *
 * A mask is a pure function of its sizes and of the address of a stream, so a resumed run draws the same masks.
 * `randomMask()` splits one sample in two; `multiMask()` shows K small parts of it, as ExtreMA does.
 *
 * @example Four views of 64 tokens, each a quarter, together all of them
 * ```ts
 * import assert from "node:assert/strict";
 * import { multiMask } from "@lacuna/masking";
 * import { stream } from "@lacuna/random";
 *
 * const prng = stream({ seed: 0, name: "mask", epoch: 3, sample: 41 });
 * const views = multiMask({ numTokens: 64, maskRatio: 0.75, numMasks: 4, kind: "disjoint" }, prng);
 * assert.deepEqual(views.map(({ visible }) => visible.length), [16, 16, 16, 16]);
 * assert.equal(new Set(views.flatMap(({ visible }) => [...visible])).size, 64);
 * ```
 *
 * @module
 */
export { bernoulliMask } from "./bernoulli_mask.ts";
export { blockMask, type BlockMaskOptions } from "./block_mask.ts";
export { blockToExactMask } from "./block_to_exact_mask.ts";
export { cellMask, type CellMaskOptions } from "./cell_mask.ts";
export { denseMask } from "./dense_mask.ts";
export { flatMasked } from "./flat_masked.ts";
export type { Grid } from "./grid.ts";
export { gridMask } from "./grid_mask.ts";
export { inverseBlockMask, type InverseBlockMaskOptions } from "./inverse_block_mask.ts";
export { type MaskBatch, maskBatch } from "./mask_batch.ts";
export { maskRows } from "./mask_rows.ts";
export { multiBlockMask, type MultiBlockMaskOptions } from "./multi_block_mask.ts";
export { multiMask, type MultiMaskOptions } from "./multi_mask.ts";
export { multiMaskBatch } from "./multi_mask_batch.ts";
export { noiseMask } from "./noise_mask.ts";
export { numVisible } from "./num_visible.ts";
export { randomMask } from "./random_mask.ts";
export { restoreOrder } from "./restore_order.ts";
export { spanMask, type SpanMaskOptions } from "./span_mask.ts";
export { thinMasks } from "./thin_masks.ts";
export type { TokenMask } from "./token_mask.ts";
