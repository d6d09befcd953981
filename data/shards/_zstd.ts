import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

const PREFIX = 8; // before each buffer, as Arrow has it: its length when unpacked, or −1 if it was not packed

/** A buffer as Arrow packs it: prefixed, and as it is where packing would not make it shorter. */
export function pack(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const packed = zstdCompressSync(bytes);
  const helps = packed.length < bytes.length;
  const out = new Uint8Array(PREFIX + Math.min(packed.length, bytes.length));
  new DataView(out.buffer).setBigInt64(0, helps ? BigInt(bytes.length) : -1n, true);
  out.set(helps ? packed : bytes, PREFIX);
  return out;
}

/**
 * The inverse of `pack()`.
 * @param length The bytes that there must be; no more than that are ever unpacked.
 * @throws {Error} If there are more or fewer, or they are not Zstandard.
 */
export function unpack(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === 0 && length === 0) return bytes;
  const says = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigInt64(0, true);
  if (says === -1n && bytes.length === PREFIX + length) return bytes.subarray(PREFIX);
  if (says !== BigInt(length)) {
    throw new Error(`a buffer says that it unpacks to ${says} bytes, not ${length}`);
  }
  const unpacked = zstdDecompressSync(bytes.subarray(PREFIX), { maxOutputLength: Math.max(length, 1) });
  if (unpacked.length !== length) {
    throw new Error(`a buffer unpacks to ${unpacked.length} bytes, not ${length}`);
  }
  return unpacked;
}
