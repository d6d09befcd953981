import { SourceError } from "../source_error.ts";
import type { ByteReader } from "./_byte_reader.ts";
import { join } from "./_lines.ts";
import { withoutMark } from "./_utf8.ts";

/** One record, not yet taken apart, its end taken off; valid until the next is asked for. */
export type CsvRecord = { readonly bytes: Uint8Array; readonly line: number };

const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];

/**
 * The records of a CSV file (RFC 4180): a line end inside quotes does not end one. A quote opens at the start of a cell only; elsewhere
 * it stands for itself. Blank lines are none.
 * @throws {SourceError} If a record is longer than `maxBytes`, or a quote never closes.
 */
export async function* csvRecords(
  reader: ByteReader,
  file: string,
  delimiter: string,
  maxBytes: number,
): AsyncGenerator<CsvRecord> {
  const DELIMITER = delimiter.charCodeAt(0);
  let pieces: Uint8Array[] = []; // of a record that goes on in the next buffer
  let length = 0;
  let [line, firstLine] = [1, 1];
  let [isQuoted, mayOpen, hasClosed] = [false, true, false];
  const take = (last: Uint8Array) => {
    const whole = length === 0 ? last : join([...pieces, last]);
    const unended = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    const record = { bytes: firstLine === 1 ? withoutMark(unended) : unended, line: firstLine };
    [pieces, length] = [[], 0];
    return record;
  };
  const bound = (bytes: number) => {
    if (bytes <= maxBytes) return;
    const hint = isQuoted ? "its quote may never close" : "raise maxBytes if that is right";
    const message =
      `Cannot read ${file}: the record from line ${firstLine} is longer than ${maxBytes} bytes; ${hint}`;
    throw new SourceError(file, message);
  };
  for (let buffer = await reader.takeBuffered(); buffer; buffer = await reader.takeBuffered()) {
    let start = 0;
    const isStart = line === 1 && length === 0; // where a mark may stand before the first quote
    for (let i = isStart ? buffer.length - withoutMark(buffer).length : 0; i < buffer.length; i++) {
      const byte = buffer[i]!;
      if (byte === NEWLINE) line++;
      if (isQuoted) {
        if (byte === QUOTE) [isQuoted, hasClosed] = [false, true];
        continue;
      }
      if (byte === NEWLINE) {
        bound(length + i - start);
        const record = take(buffer.subarray(start, i));
        if (record.bytes.length > 0) yield record;
        [start, firstLine, mayOpen, hasClosed] = [i + 1, line, true, false];
        continue;
      }
      isQuoted = byte === QUOTE && (mayOpen || hasClosed); // one right after it has closed is a quote inside
      mayOpen = byte === DELIMITER;
      hasClosed = false;
    }
    if (start < buffer.length) {
      pieces.push(buffer.slice(start));
      length += buffer.length - start;
    }
    bound(length);
  }
  if (isQuoted) {
    throw new SourceError(
      file,
      `Cannot read ${file}: a quote in the record from line ${firstLine} never closes; copy the file anew`,
    );
  }
  const record = take(new Uint8Array(0));
  if (record.bytes.length > 0) yield record;
}

/** The cells of a record, `undefined` if something stands between a closing quote and the next delimiter. */
export function csvCells(record: string, delimiter: string): string[] | undefined {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  for (let at = 0;;) {
    let end: number;
    if (record[at] === '"') {
      end = at + 1;
      while (record[end] !== '"' || record[end + 1] === '"') {
        if (end >= record.length) return undefined;
        end += record[end] === '"' ? 2 : 1;
      }
      cells.push(record.slice(at + 1, end).replaceAll('""', '"'));
      end++;
      if (end < record.length && record[end] !== delimiter) return undefined;
    } else {
      end = record.indexOf(delimiter, at);
      if (end === -1) end = record.length;
      cells.push(record.slice(at, end));
    }
    if (end >= record.length) return cells;
    at = end + 1;
  }
}
