/**
 * Arrow shards: written as a stream, read block by block, every byte checked.
 * @module
 */
export type { ByteSource } from "./byte_source.ts";
export { checkShardFiles } from "./check_shard_files.ts";
export type { Column, ImageColumn, LabelColumn, WaveformColumn } from "./column.ts";
export { fileBytes } from "./file_bytes.ts";
export type {
  BlockEntry,
  ClassStatistics,
  ColumnStatistics,
  Compression,
  LengthStatistics,
  Manifest,
  NumberStatistics,
  PixelStatistics,
  ShardEntry,
  SplitManifest,
} from "./manifest.ts";
export { type Dataset, openDataset, type OpenOptions, type Split } from "./open_dataset.ts";
export { rowAt } from "./row_at.ts";
export { type EncodedImageOptions, readImageSet } from "./read_image_set.ts";
export { readManifest } from "./read_manifest.ts";
export type { ColumnValues, Row, Rows, Value } from "./rows.ts";
export {
  verifyDataset,
  type VerifyOptions,
  type VerifyProgress,
  type VerifyReport,
} from "./verify_dataset.ts";
export { type WriteOptions, type WriteProgress, writeShards } from "./write_shards.ts";
export { type ShardCheck, ShardError, type ShardPlace } from "../shard_error.ts";
export { SourceError } from "../source_error.ts";
export { StorageError } from "../storage_error.ts";
export type { Source, SourceItem, SplitSource } from "../sources/source.ts";
