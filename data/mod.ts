/**
 * Labelled images: from a source to checked Arrow files, from there to typed arrays, from those to augmented batches.
 *
 * @example Write a tiny data set, read it back, take one batch of two views
 * ```ts
 * import { augmentBatch, epochOrder, readShards, writeShards } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const images = Uint8Array.from({ length: 8 * 16 }, (_, i) => i); // 8 images of 4 × 4
 * const labels = Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1);
 * await writeShards(folder, {
 *   name: "ramps", source: "this example", licence: "MIT", height: 4, width: 4, channels: 1,
 *   classNames: ["even", "odd"], dropped: { malformed: 0, duplicates: 0 },
 *   splits: { train: { images, labels }, test: { images, labels } },
 * });
 *
 * const train = await readShards(folder, "train"); // every byte checked
 * assert.deepEqual(train.images, images);
 * const batch = epochOrder(train.size, { seed: 0, epoch: 0 }).subarray(0, 4);
 * const augmentation = {
 *   crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
 *   flipProbability: 0.5,
 *   jitter: { strength: 0.4, probability: 0.8 },
 * } as const;
 * const { student, teacher } = augmentBatch(train, batch, augmentation, { seed: 0, epoch: 0 });
 * assert.equal(student.length, 4 * 16); // [4, 4, 4, 1]
 * assert.equal(teacher.length, 4 * 16);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { type Augmentation, augmentBatch, type ViewBatch } from "./augment_batch.ts";
export { augmentBatchAsync } from "./augment_batch_async.ts";
export { checkShards } from "./check_shards.ts";
export { type EpochAddress, epochOrder } from "./epoch_order.ts";
export type { ImageSet } from "./image_set.ts";
export { importFashionMnist, type ImportProgress } from "./import_fashion_mnist.ts";
export { normalizeBatch } from "./normalize_batch.ts";
export { type JitterRange, randomLight } from "./random_light.ts";
export { type CropRange, randomResizedCrop } from "./random_resized_crop.ts";
export { type Manifest, readManifest, type ShardEntry, type SplitManifest } from "./read_manifest.ts";
export { readShards } from "./read_shards.ts";
export { type ShardCheck, ShardError } from "./shard_error.ts";
export { SourceError } from "./source_error.ts";
export { type ContentSplit, splitByContent } from "./split_by_content.ts";
export { StorageError } from "./storage_error.ts";
export { writeAtomically } from "./write_atomically.ts";
export { type ImageSource, type LabelledImages, writeShards } from "./write_shards.ts";
export type { ImageShape } from "@lacuna/tensor/augment-images";
