/**
 * Where data sets come from: each source streams its rows, in an order that is always the same.
 * @module
 */
export { type AsteriskLanguage, type AsteriskOptions, asteriskSource } from "./asterisk_source.ts";
export { type AudioFolderOptions, audioFolderSource } from "./audio_folder_source.ts";
export { type CifarOptions, cifarSource } from "./cifar_source.ts";
export { type EmojiLoader, type EmojiOptions, emojiSource, type EmojiVendor } from "./emoji_source.ts";
export { type ImageFolderOptions, imageFolderSource, type ImageTable } from "./image_folder_source.ts";
export type { Source, SourceItem, SplitSource } from "./source.ts";
