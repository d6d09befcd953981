import { SourceError } from "../source_error.ts";
import type { ByteReader } from "./_byte_reader.ts";
import { withoutMark } from "./_utf8.ts";

const NEWLINE = 10;
const RETURN = 13;
const AT_ONCE = 4096; // lines can be short, and each needs an object

/**
 * The lines of a file without their ends ("\n" or "\r\n"), some at a time, as bytes that are valid until the next are asked for; the last
 * needs no end.
 * @throws {SourceError} If a line is longer than `maxBytes`.
 */
export async function* lines(
  reader: ByteReader,
  file: string,
  maxBytes: number,
): AsyncGenerator<readonly Uint8Array[]> {
  let pieces: Uint8Array[] = []; // of a line that goes on in the next buffer
  let length = 0;
  let number = 1;
  let found: Uint8Array[] = [];
  const take = (last: Uint8Array) => {
    const line = withoutReturn(length === 0 ? last : join([...pieces, last]));
    found.push(number === 1 ? withoutMark(line) : line);
    [pieces, length] = [[], 0];
    number++;
  };
  for (let buffer = await reader.takeBuffered(); buffer; buffer = await reader.takeBuffered()) {
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
      if (length + end - start > maxBytes) throw tooLong(file, number, maxBytes);
      take(buffer.subarray(start, end));
      start = end + 1;
      if (found.length < AT_ONCE) continue;
      yield found;
      found = [];
    }
    if (found.length > 0) yield found;
    found = [];
    if (start < buffer.length) {
      pieces.push(buffer.slice(start));
      length += buffer.length - start;
    }
    if (length > maxBytes) throw tooLong(file, number, maxBytes);
  }
  if (length === 0) return;
  take(new Uint8Array(0));
  yield found;
}

function tooLong(file: string, number: number, maxBytes: number): SourceError {
  return new SourceError(
    file,
    `Cannot read ${file}: line ${number} is longer than ${maxBytes} bytes; if it is text and all one line, raise maxBytes`,
  );
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}

/** Pieces end to end. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Whether a line has nothing but blanks and tabs. */
export function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09);
}
