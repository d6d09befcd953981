import { SourceError } from "../source_error.ts";
import type { OpenBytes } from "./_open_bytes.ts";

/** One file of an archive, or something there that is not to be taken. */
export type TarEntry = {
  /** As the archive has it; for grouping and messages, never for a path on this machine. */
  readonly name: string;
  readonly size: number;
  /** Why it must not be taken, in words that are the same for all entries of its kind. */
  readonly problem?: string;
};

type PaxRecords = ReadonlyMap<string, string>;

const BLOCK = 512;
const MAX_NAME_BYTES = 4096; // PATH_MAX of Linux
const MAX_METADATA_BYTES = 1 << 20; // of a pax header or a long name
const MAX_TRAILING_ZEROS = 64 << 20; // tapes pad their archives, a decompression bomb does no less
const FILE_TYPES = ["0", "\0", "7"];
const PROBLEM_BY_TYPE: Readonly<Record<string, string>> = {
  1: "archive entry is a link",
  2: "archive entry is a link",
  3: "archive entry is a device",
  4: "archive entry is a device",
  6: "archive entry is a pipe",
  S: "archive entry is a sparse file",
};

/**
 * The files of a tar archive, read as a stream: ustar, pax and GNU's long names (POSIX.1-2024, "pax", "ustar Interchange Format").
 *
 * Links, devices, sparse files and unsafe names come out with a `problem`; folders are passed over. Archives that were joined end to
 * end are read one after the other.
 */
export class TarReader {
  readonly #bytes: OpenBytes;
  readonly #archive: string;
  readonly #maxEntryBytes: number;
  #current: TarEntry | undefined;
  #unread = 0; // of the current entry's content and padding

  constructor(archive: string, bytes: OpenBytes, maxEntryBytes: number) {
    this.#archive = archive;
    this.#bytes = bytes;
    this.#maxEntryBytes = maxEntryBytes;
  }

  /**
   * The next entry, `undefined` at the end.
   * @throws {SourceError} If a header is damaged or the archive is cut short: nothing after that can be trusted.
   */
  async next(): Promise<TarEntry | undefined> {
    let longName: string | undefined;
    let pax: PaxRecords = new Map();
    for (;;) {
      await this.#passOver();
      const header = await this.#header();
      if (!header) return undefined;
      const type = String.fromCharCode(header[156]!);
      const ownSize = this.#number(header.subarray(124, 136), "size");
      if (type === "x") pax = this.#pax(await this.#metadata(ownSize, "pax header"));
      else if (type === "L") longName = nameOf(await this.#metadata(ownSize, "long name"));
      else if (type === "K" || type === "g") await this.#metadata(ownSize, "header"); // a link's target; notes on all
      else {
        const size = this.#sizeOf(pax, ownSize);
        const name = pax.get("GNU.sparse.name") ?? pax.get("path") ?? longName ?? headerName(header);
        if (type === "S" && header[482] !== 0) await this.#skipSparseMap();
        const isFolder = type === "5" || (type === "\0" && name.endsWith("/"));
        this.#unread = isFolder ? 0 : padded(size);
        longName = undefined;
        if (!isFolder) return this.#current = this.#judged(name, size, type, pax);
        pax = new Map();
      }
    }
  }

  /** The current entry's content, in memory of its own; once. */
  async content(): Promise<Uint8Array> {
    const { size } = this.#current!;
    const bytes = await this.#bytes.reader.take(size);
    this.#unread -= bytes.length;
    if (bytes.length < size) throw this.#cutShort();
    return bytes;
  }

  #judged(name: string, size: number, type: string, pax: PaxRecords): TarEntry {
    const isSparse = [...pax.keys()].some((key) => key.startsWith("GNU.sparse."));
    const problem = PROBLEM_BY_TYPE[type] ??
      (!FILE_TYPES.includes(type) ? "archive entry is of an unknown type" : undefined) ??
      (isSparse ? PROBLEM_BY_TYPE.S : undefined) ??
      problemOfName(name) ??
      (size > this.#maxEntryBytes ? "archive entry is too large" : undefined);
    if (size > this.#maxEntryBytes && this.#bytes.isCompressed) {
      throw this.#error(
        `entry ${
          quote(name)
        } has ${size} bytes, over the limit of ${this.#maxEntryBytes}, and passing over it would mean ` +
          "to decompress it: raise maxEntryBytes if you trust the archive",
      );
    }
    return problem === undefined ? { name, size } : { name, size, problem };
  }

  /** The next header whose checksum is right, `undefined` at the end. */
  async #header(): Promise<Uint8Array | undefined> {
    let zeros = 0;
    for (;;) {
      const header = await this.#bytes.reader.peek(BLOCK);
      if (header.length === 0) {
        if (zeros === 0) throw this.#cutShort("there is no end mark");
        return undefined;
      }
      if (header.length < BLOCK && zeros === 0) throw this.#cutShort();
      if (header.every((byte) => byte === 0)) {
        await this.#bytes.reader.skip(header.length);
        zeros += header.length;
        if (zeros > MAX_TRAILING_ZEROS) {
          throw this.#error(`more than ${MAX_TRAILING_ZEROS} zeros follow its end: write the archive anew`);
        }
        continue;
      }
      if (!hasRightChecksum(header)) {
        throw this.#error(
          `the header at byte ${this.#bytes.reader.position} fails its checksum${this.#after()}: copy the archive anew`,
        );
      }
      return await this.#bytes.reader.take(BLOCK);
    }
  }

  /** The blocks between the header of a sparse file and its content, each of which says whether one more follows. */
  async #skipSparseMap(): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const block = await this.#bytes.reader.take(BLOCK);
      if (block.length < BLOCK) throw this.#cutShort();
      hasMore = block[504] !== 0;
    }
  }

  async #passOver(): Promise<void> {
    const skipped = await this.#bytes.reader.skip(this.#unread);
    if (skipped < this.#unread) throw this.#cutShort();
    this.#unread = 0;
  }

  async #metadata(size: number, what: string): Promise<Uint8Array> {
    if (size > MAX_METADATA_BYTES) {
      throw this.#error(
        `the ${what} at byte ${this.#bytes.reader.position} claims ${size} bytes, where ${MAX_METADATA_BYTES} is ample: ` +
          "it is damaged or hostile",
      );
    }
    const bytes = await this.#bytes.reader.take(size);
    if (bytes.length < size) throw this.#cutShort();
    this.#unread = padded(size) - size;
    return bytes;
  }

  #sizeOf(pax: PaxRecords, ownSize: number): number {
    const text = pax.get("size");
    if (text === undefined) return ownSize;
    const size = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(size)) return size;
    throw this.#error(
      `the pax header before byte ${this.#bytes.reader.position} has the size ${quote(text)}`,
    );
  }

  /** Records "length key=value\n", where the length is that of the whole record. */
  #pax(bytes: Uint8Array): PaxRecords {
    const records = new Map<string, string>();
    for (let at = 0; at < bytes.length;) {
      const digits = /^(\d{1,7}) /.exec(latin1(bytes.subarray(at, at + 8)))?.[1] ?? "";
      const end = at + Number(digits);
      const record = bytes.subarray(at + digits.length + 1, end - 1);
      const equals = record.indexOf("=".charCodeAt(0));
      if (equals < 1 || end > bytes.length || bytes[end - 1] !== "\n".charCodeAt(0)) {
        throw this.#error(
          `the pax header before byte ${this.#bytes.reader.position} is damaged${this.#after()}`,
        );
      }
      records.set(latin1(record.subarray(0, equals)), text(record.subarray(equals + 1)));
      at = end;
    }
    return records;
  }

  /** Octal digits, or GNU's base 256 if the first bit is set. */
  #number(field: Uint8Array, what: string): number {
    let value = NaN;
    if (field[0]! === 0x80) value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    else {
      const digits = latin1(field).replace(/[\0 ]+$/, "").trimStart();
      if (/^[0-7]*$/.test(digits)) value = digits === "" ? 0 : parseInt(digits, 8);
    }
    if (Number.isSafeInteger(value)) return value;
    throw this.#error(
      `the header before byte ${this.#bytes.reader.position} has the ${what} ${
        quote(latin1(field))
      }${this.#after()}`,
    );
  }

  #cutShort(because = `it ends at byte ${this.#bytes.reader.position}`): SourceError {
    return this.#error(`it is cut short${this.#after()}, ${because}: copy the archive anew`);
  }

  #after(): string {
    if (!this.#current) return "";
    return `, ${this.#unread > 0 ? "in" : "after"} entry ${quote(this.#current.name)}`;
  }

  #error(what: string): SourceError {
    return new SourceError(this.#archive, `Cannot read ${this.#archive}: ${what}`);
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The sum of all bytes with blanks in the place of the sum itself; old writers took the bytes for signed. */
function hasRightChecksum(header: Uint8Array): boolean {
  if (header.length < BLOCK) return false;
  const said = parseInt(latin1(header.subarray(148, 156)).replace(/[\0 ]+$/, "").trim(), 8);
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    unsigned += header[i]!;
    signed += (header[i]! << 24) >> 24;
  }
  return said === unsigned || said === signed;
}

function headerName(header: Uint8Array): string {
  const name = nameOf(header.subarray(0, 100));
  const isUstar = latin1(header.subarray(257, 263)) === "ustar\0"; // GNU's own format has other things in the prefix
  const prefix = isUstar ? nameOf(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function problemOfName(name: string): string | undefined {
  if (name.length > MAX_NAME_BYTES) return "archive entry has a name that is too long";
  if (name === "" || name.includes("\0")) return "archive entry has an impossible name";
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(name)) return "archive entry has an absolute name";
  return name.split(/[/\\]/).includes("..") ? 'archive entry has ".." in its name' : undefined;
}

function nameOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return text(end === -1 ? field : field.subarray(0, end));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8, or else byte by byte, so that different names stay different. */
function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, MAX_NAME_BYTES + 1)); // longer ones are refused for their length
}

/** For a message: as JSON, and not longer than a line. */
function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
