import { SourceError } from "../source_error.ts";
import type { ByteReader } from "./_byte_reader.ts";
import { join } from "./_lines.ts";
import { withoutMark } from "./_utf8.ts";

/** One record, not yet taken apart, its end taken off; valid until the next ones are asked for. */
export type CsvRecord = { readonly bytes: Uint8Array; readonly line: number };

const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];
const AT_ONCE = 1 << 16; // bytes: records can be short, and each needs an object

/**
 * The records of a CSV file (RFC 4180), some at a time: a line end inside quotes does not end one. A quote opens at the start of a cell
 * only; elsewhere it stands for itself. Blank lines are none.
 * @throws {SourceError} If a record is longer than `maxBytes`, or a quote never closes.
 */
export async function* csvRecords(
  reader: ByteReader,
  file: string,
  delimiter: string,
  maxBytes: number,
): AsyncGenerator<readonly CsvRecord[]> {
  const splitter = new RecordSplitter(file, delimiter, maxBytes);
  for (let buffer = await reader.takeBuffered(); buffer; buffer = await reader.takeBuffered()) {
    for (let at = 0; at < buffer.length; at += AT_ONCE) yield splitter.add(buffer.subarray(at, at + AT_ONCE));
  }
  yield splitter.end();
}

class RecordSplitter {
  readonly #file: string;
  readonly #delimiter: number;
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = []; // of a record that goes on in the next buffer
  #length = 0;
  #line = 1;
  #firstLine = 1; // of the record
  #isQuoted = false;
  #mayOpen = true;
  #hasClosed = false;

  constructor(file: string, delimiter: string, maxBytes: number) {
    this.#file = file;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#maxBytes = maxBytes;
  }

  /** The records that end in a buffer. */
  add(buffer: Uint8Array): CsvRecord[] {
    const records: CsvRecord[] = [];
    const delimiter = this.#delimiter;
    let [line, isQuoted, mayOpen, hasClosed] = [this.#line, this.#isQuoted, this.#mayOpen, this.#hasClosed];
    let start = 0;
    const isStart = line === 1 && this.#length === 0; // where a mark may stand before the first quote
    for (let i = isStart ? buffer.length - withoutMark(buffer).length : 0; i < buffer.length; i++) {
      const byte = buffer[i]!;
      if (byte === NEWLINE) line++;
      if (isQuoted) {
        if (byte === QUOTE) [isQuoted, hasClosed] = [false, true];
      } else if (byte === NEWLINE) {
        this.#take(buffer.subarray(start, i), records);
        this.#firstLine = line;
        start = i + 1;
        mayOpen = true;
        hasClosed = false;
      } else {
        isQuoted = byte === QUOTE && (mayOpen || hasClosed); // one right after it has closed is a quote inside
        mayOpen = byte === delimiter;
        hasClosed = false;
      }
    }
    [this.#line, this.#isQuoted, this.#mayOpen, this.#hasClosed] = [line, isQuoted, mayOpen, hasClosed];
    if (start < buffer.length) {
      this.#pieces.push(buffer.slice(start));
      this.#length += buffer.length - start;
      this.#bound(this.#length);
    }
    return records;
  }

  /** The last record, if no line end stands after it. */
  end(): CsvRecord[] {
    if (this.#isQuoted) {
      throw new SourceError(
        this.#file,
        `Cannot read ${this.#file}: a quote in the record from line ${this.#firstLine} never closes; copy the file anew`,
      );
    }
    const records: CsvRecord[] = [];
    this.#take(new Uint8Array(0), records);
    return records;
  }

  #take(last: Uint8Array, records: CsvRecord[]): void {
    this.#bound(this.#length + last.length);
    const whole = this.#length === 0 ? last : join([...this.#pieces, last]);
    const unended = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    const bytes = this.#firstLine === 1 ? withoutMark(unended) : unended;
    if (bytes.length > 0) records.push({ bytes, line: this.#firstLine });
    this.#pieces = [];
    this.#length = 0;
  }

  #bound(bytes: number): void {
    if (bytes <= this.#maxBytes) return;
    const hint = this.#isQuoted ? "its quote may never close" : "raise maxBytes if that is right";
    throw new SourceError(
      this.#file,
      `Cannot read ${this.#file}: the record from line ${this.#firstLine} is longer than ${this.#maxBytes} bytes; ${hint}`,
    );
  }
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
