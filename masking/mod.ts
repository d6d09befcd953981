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
 * assert.deepEqual(views.map((kept) => kept.length), [16, 16, 16, 16]);
 * assert.equal(new Set(views.flatMap((kept) => [...kept])).size, 64);
 * ```
 *
 * @module
 */
export { multiMask, type MultiMaskOptions } from "./multi_mask.ts";
export { multiMaskBatch } from "./multi_mask_batch.ts";
export { numVisible } from "./num_visible.ts";
export { randomMask, type TokenMask } from "./random_mask.ts";
