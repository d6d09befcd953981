/**
 * Data sets: from whatever is on disk to checked Arrow shards, and from these to batches in an exact order.
 *
 * What most need is here; the rest is in `@lacuna/data/shards`, `/sources`, `/loader`, `/augment`, `/images`, `/audio`, `/text` and
 * `/remote`.
 *
 * @example Write a tiny data set, open it, take the batches of an epoch
 * ```ts
 * import { columnsPreparation, createLoader, openDataset, writeShards } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await writeShards(folder, {
 *   name: "ramps", source: "this example", licence: "MIT",
 *   columns: [
 *     { name: "image", kind: "image", shape: [4, 4, 1] },
 *     { name: "label", kind: "label", classNames: ["even", "odd"] },
 *   ],
 *   splits: {
 *     train: {
 *       items: async function* (from) {
 *         for (let i = from; i < 8; i++) yield { row: { image: new Uint8Array(16).fill(i), label: i % 2 } };
 *       },
 *     },
 *   },
 * });
 *
 * const data = (await openDataset(folder)).split("train");
 * const preparation = columnsPreparation({ image: { dtype: "float32" }, label: {} });
 * await using loader = await createLoader({ data, preparation, batchSize: 4, seed: 0 });
 * const labels: number[] = [];
 * for await (const { arrays } of loader.batches({ epoch: 0 })) {
 *   assert.deepEqual(arrays["image"]!.shape, [4, 4, 4, 1]);
 *   labels.push(...arrays["label"]!.values);
 * }
 * assert.equal(labels.filter((label) => label === 1).length, 4); // every row once
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export type { ImageSet, ImageShape } from "./image_set.ts";
export {
  type Batch,
  type BatchArray,
  columnsPreparation,
  createLoader,
  type Loader,
  type LoaderOptions,
  memorySplit,
  type Preparation,
  SampleError,
  type SplitReader,
  viewsPreparation,
  WorkerError,
} from "./loader/mod.ts";
export { ImageError } from "./images/image_error.ts";
export { normalizeBatch } from "./normalize_batch.ts";
export {
  type Column,
  type Dataset,
  type EncodedImageOptions,
  type Manifest,
  openDataset,
  readImageSet,
  type Row,
  type Rows,
  type Split,
  verifyDataset,
  writeShards,
} from "./shards/mod.ts";
export { selectImages } from "./select_images.ts";
export { type ShardCheck, ShardError } from "./shard_error.ts";
export { SourceError } from "./source_error.ts";
export type { Source, SourceItem, SplitSource } from "./sources/source.ts";
export { type ContentSplit, splitByContent } from "./split_by_content.ts";
export { StorageError } from "./storage_error.ts";
export { writeAtomically } from "./write_atomically.ts";
