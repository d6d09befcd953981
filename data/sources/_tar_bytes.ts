/** An entry for `tarBytes()`; what is not given is as in an honest archive. */
export type FakeEntry = {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  readonly type?: string;
  /** The size field, as it stands there. */
  readonly size?: string;
  readonly prefix?: string;
  readonly checksum?: string;
};

const BLOCK = 512;
const encoder = new TextEncoder();

/** For tests: a tar archive written by hand, header field by header field. */
export function tarBytes(entries: readonly FakeEntry[], endBlocks = 2): Uint8Array<ArrayBuffer> {
  const blocks = entries.flatMap((entry) => {
    const content = bytesOf(entry.content ?? "");
    const padded = new Uint8Array(Math.ceil(content.length / BLOCK) * BLOCK);
    padded.set(content);
    return [header(entry, content.length), padded];
  });
  return concat([...blocks, new Uint8Array(endBlocks * BLOCK)]);
}

/** For tests: one record of a pax header, whose length counts its own digits. */
export function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
}

function header({ name, type = "0", size, prefix = "", checksum }: FakeEntry, length: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string | Uint8Array, room: number) =>
    block.set(bytesOf(text).subarray(0, room), at);
  put(0, name, 100);
  put(100, "0000644\0", 8);
  put(124, size ?? length.toString(8).padStart(11, "0"), 12);
  put(148, " ".repeat(8), 8);
  put(156, type, 1);
  put(257, "ustar\0" + "00", 8);
  put(345, prefix, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 8);
  return block;
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? encoder.encode(text) : text;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
