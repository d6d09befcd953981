import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ByteSource } from "../shards/byte_source.ts";
import { fileBytes } from "../shards/file_bytes.ts";
import { SourceError } from "../source_error.ts";
import { decodeUtf8 } from "./_utf8.ts";

/** A Parquet file, of which row groups can be read one by one. */
export class ParquetFile implements Disposable {
  readonly file: string;
  readonly metadata: FileMetaData;
  /** What each column holds. */
  readonly columns: readonly SchemaTree[];
  /** Rows of each row group. */
  readonly groupRows: readonly number[];
  readonly #bytes: ByteSource;
  readonly #buffer: AsyncBuffer;

  private constructor(file: string, metadata: FileMetaData, bytes: ByteSource, buffer: AsyncBuffer) {
    this.file = file;
    this.metadata = metadata;
    this.columns = parquetSchema(metadata).children;
    this.groupRows = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
    this.#bytes = bytes;
    this.#buffer = buffer;
  }

  /**
   * Opens a file and reads its footer.
   * @throws {SourceError} If it is missing or not Parquet.
   */
  static async open(file: string): Promise<ParquetFile> {
    const bytes = fileBytes(file);
    try {
      const byteLength = await bytes.size();
      const slice = async (start: number, end: number) => {
        if (start < 0 || end < start || end > byteLength) {
          throw new Error(`it refers to bytes ${start}…${end - 1} of ${byteLength}`);
        }
        return (await bytes.read(start, end - start)).buffer;
      };
      const buffer = { byteLength, slice: (start: number, end = byteLength) => heard(slice(start, end)) };
      const metadata = await parquetMetadataAsync(buffer, { geoparquet: false });
      checkRows(metadata);
      return new ParquetFile(file, metadata, bytes, buffer);
    } catch (error) {
      bytes.close?.();
      throw cannotRead(file, "", error);
    }
  }

  /**
   * The values of columns in a row group. Text is a string, or its bytes if they are not UTF-8; other bytes are bytes.
   * @param maxBytes What they may have in memory.
   * @throws {SourceError} If the group is damaged or has more than `maxBytes`.
   */
  async read(
    group: number,
    columns: readonly string[],
    maxBytes: number,
  ): Promise<Record<string, ArrayLike<unknown>>> {
    this.#bound(group, columns, maxBytes);
    const rowStart = this.groupRows.slice(0, group).reduce((sum, rows) => sum + rows, 0);
    const rowEnd = rowStart + this.groupRows[group]!;
    const valuesByColumn: Record<string, ArrayLike<unknown>> = {};
    for (const column of columns) { // one by one: hyparquet lets go of what fails beside another
      try {
        const values = await this.#readColumn(column, rowStart, rowEnd);
        if (values.length !== rowEnd - rowStart) {
          throw new Error(`it has ${values.length} values where the footer says ${rowEnd - rowStart}`);
        }
        valuesByColumn[column] = values;
      } catch (error) {
        throw cannotRead(this.file, `, column ${column} in row group ${group}`, error);
      }
    }
    return valuesByColumn;
  }

  async #readColumn(column: string, rowStart: number, rowEnd: number): Promise<ArrayLike<unknown>> {
    const scan = await parquetScan({
      file: this.#buffer,
      metadata: this.metadata,
      compressors,
      columns: [column],
      utf8: false,
      geoparquet: false,
      useOffsetIndex: false,
      parsers: { stringFromBytes: (bytes) => bytes && (decodeUtf8(bytes) ?? bytes) },
    });
    return await scan.readColumn({ column, rowStart, rowEnd });
  }

  [Symbol.dispose](): void {
    this.#bytes.close?.();
  }

  #bound(group: number, columns: readonly string[], maxBytes: number): void {
    const sizes = this.metadata.row_groups[group]!.columns.map(({ meta_data }) =>
      columns.includes(meta_data?.path_in_schema?.[0] ?? "")
        ? Number(meta_data!.total_uncompressed_size) + 8 * Number(meta_data!.num_values) // runs of a value are written once
        : 0
    );
    const size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    if (size <= maxBytes) return;
    throw new SourceError(
      this.file,
      `Cannot read ${this.file}: row group ${group} takes ${size} bytes, over the limit of ${maxBytes}: raise maxGroupBytes, or ` +
        "write the file anew with smaller row groups",
    );
  }
}

/**
 * A promise that counts as heard, with what follows from it: hyparquet reads ahead and decodes in `then()`, and where something else
 * fails it never looks at what came of that. The error would end the process.
 */
function heard<T>(promise: Promise<T>): Promise<T> {
  const then = promise.then.bind(promise) as Promise<T>["then"];
  promise.catch(() => {});
  promise.then = (onFulfilled, onRejected) => {
    const next = then(onFulfilled, onRejected);
    next.catch(() => {});
    return next;
  };
  return promise;
}

/** A file's own counts: groups add up to the whole, and a column of single values has one for each row. */
function checkRows({ num_rows, row_groups, schema }: FileMetaData): void {
  if (schema.some(({ name }) => typeof name !== "string")) {
    throw new Error("its footer has a column without a name");
  }
  const total = row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  const isFlat = !schema.some(({ repetition_type }) => repetition_type === "REPEATED");
  const counts = row_groups.flatMap(({ num_rows, columns }) =>
    columns.map(({ meta_data }) => ({ num_rows, values: meta_data?.num_values ?? num_rows }))
  );
  const isSound = row_groups.every(({ num_rows }) => num_rows >= 0n) && total === num_rows &&
    (!isFlat || counts.every(({ num_rows, values }) => values === num_rows));
  if (!isSound) throw new Error("its footer's counts of rows and values disagree");
}

function cannotRead(file: string, where: string, error: unknown): Error {
  if (error instanceof SourceError || error instanceof Deno.errors.NotCapable) return error;
  const reason = (error as Error).message;
  return new SourceError(file, `Cannot read ${file}${where} (${reason}): copy or write the file anew`, {
    cause: error,
  });
}
