/**
 * Arrow shards: written as a stream, read block by block, every byte checked.
 * @module
 */
export type { ByteSource } from "./byte_source.ts";
export type { Column, ImageColumn, LabelColumn, WaveformColumn } from "./column.ts";
export { fileBytes } from "./file_bytes.ts";
export type { ColumnValues, Row, Rows, Value } from "./rows.ts";
