/**
 * Where data sets come from: each source streams its rows, in an order that is always the same.
 * @module
 */
export { shuffledSource, type ShuffleOptions } from "../loader/shuffled_source.ts";
export { type AsteriskLanguage, type AsteriskOptions, asteriskSource } from "./asterisk_source.ts";
export { type AudioFolderOptions, audioFolderSource } from "./audio_folder_source.ts";
export { type CifarOptions, cifarSource } from "./cifar_source.ts";
export { type CsvOptions, csvSource } from "./csv_source.ts";
export { decodedSource, type DecodeFilesOptions } from "./decoded_source.ts";
export { datasetSource, rowsFrom, rowsSource } from "./dataset_source.ts";
export { type EmojiLoader, type EmojiOptions, emojiSource, type EmojiVendor } from "./emoji_source.ts";
export { type FashionMnistOptions, fashionMnistSource } from "./fashion_mnist_source.ts";
export type { Field } from "./field.ts";
export { type IdxOptions, idxSource } from "./idx_source.ts";
export { type ImageFolderOptions, imageFolderSource, type ImageTable } from "./image_folder_source.ts";
export type { ItemOrder } from "./item_order.ts";
export { type JsonLinesOptions, jsonLinesSource } from "./json_lines_source.ts";
export { type MergeOptions, mergeSource } from "./merge_source.ts";
export { mnistSource } from "./mnist_source.ts";
export { type ParquetOptions, parquetSource } from "./parquet_source.ts";
export { type ResplitOptions, resplitSource } from "./resplit_source.ts";
export { sotuSource } from "./sotu_source.ts";
export type { Source, SourceItem, SplitSource } from "./source.ts";
export {
  type SourceFlags,
  type SourceKind,
  sourceKinds,
  type SourceOption,
  type SourcePaths,
} from "./source_kinds.ts";
export { spamAssassinSource } from "./spam_assassin_source.ts";
export type { SplitPaths } from "./split_paths.ts";
export { type TextOptions, textSource } from "./text_source.ts";
export { type WebdatasetColumn, type WebdatasetOptions, webdatasetSource } from "./webdataset_source.ts";
