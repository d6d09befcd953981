/**
 * Text as its bytes.
 * @module
 */
import type { SpecialIds, Tokeniser } from "./tokeniser.ts";

/** A tokeniser that has all special indices, and no need for one that stands for unknown text. */
export type ByteTokeniser = Tokeniser & { readonly specialIds: Required<Omit<SpecialIds, "unknown">> };

const NUM_BYTES = 256;
const SPECIAL_IDS = { separator: 256, padding: 257, mask: 258, class: 259 } as const;
const VOCABULARY_SIZE = 260;

/**
 * Text as the bytes of its UTF-8, 0…255, and four special indices: separator 256, padding 257, mask 258, class 259.
 *
 * Nothing is unknown, and every string comes back as it was. A surrogate without its partner, which UTF-8 cannot say, is encoded in the
 * same way as other code points (WTF-8, https://wtf-8.codeberg.page). Bytes that are no such text, as a model may make them, are decoded to U+FFFD.
 * @example
 * ```ts
 * import { byteTokeniser } from "@lacuna/data/text";
 * import assert from "node:assert/strict";
 *
 * const tokeniser = byteTokeniser();
 * assert.deepEqual([...tokeniser.encode("né")], [110, 195, 169]);
 * assert.equal(tokeniser.decode([110, 195, 169, 256]), "né");
 * ```
 */
export function byteTokeniser(): ByteTokeniser {
  return { vocabularySize: VOCABULARY_SIZE, specialIds: SPECIAL_IDS, encode, decode };
}

function encode(text: string): Int32Array {
  const utf8 = Int32Array.from(new TextEncoder().encode(text));
  if (text.isWellFormed()) return utf8;
  let at = 0; // each lone surrogate has become the three bytes of U+FFFD
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    const isLone = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (isLone) utf8.set([0xe0 | codePoint >> 12, 0x80 | codePoint >> 6 & 0x3f, 0x80 | codePoint & 0x3f], at);
    at += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return utf8;
}

function decode(ids: ArrayLike<number>): string {
  const bytes = new Uint8Array(ids.length);
  let length = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < VOCABULARY_SIZE)) {
      throw new RangeError(`Index ${id} at ${i} is not in the vocabulary of ${VOCABULARY_SIZE}`);
    }
    if (id < NUM_BYTES) bytes[length++] = id;
  }
  return decodeBytes(bytes.subarray(0, length));
}

function decodeBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let from = 0;
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const isSurrogate = bytes[at + 1]! >= 0xa0 && bytes[at + 1]! <= 0xbf && bytes[at + 2]! >> 6 === 2;
    if (!isSurrogate) continue;
    text += decoder.decode(bytes.subarray(from, at));
    text += String.fromCharCode(0xd000 | (bytes[at + 1]! & 0x3f) << 6 | bytes[at + 2]! & 0x3f);
    from = at + 3;
    at += 2;
  }
  return text + decoder.decode(bytes.subarray(from));
}
