import fc from "fast-check";
import assert from "node:assert/strict";
import { byteTokeniser } from "./byte_tokeniser.ts";

const { encode, decode, vocabularySize, specialIds } = byteTokeniser();

Deno.test("byteTokeniser() gives the bytes of UTF-8", () => {
  assert.deepEqual([...encode("aé€😀")], [0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]);
  assert.deepEqual([...encode("\ud800")], [0xed, 0xa0, 0x80]); // by the general scheme for U+D800
});

Deno.test("byteTokeniser() gives every string back, whole or not", () => {
  const unit = fc.oneof(
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), // surrogates in any order
    fc.constantFrom("\ud83d", "\ude00", "\ufeff", "\0", "힣", "퟿"),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 50 }), (text) => {
      const ids = encode(text);
      assert.ok(ids.every((id) => id >= 0 && id < 256));
      assert.equal(decode(ids), text);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

Deno.test("byteTokeniser() decodes any bytes, and special indices to nothing", () => {
  assert.equal(decode([0xff, 0x61, 0xe2, 0x82]), "\ufffda\ufffd"); // one for each longest start of a character
  assert.equal(decode([97, ...Object.values(specialIds), 98]), "ab");
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void decode(bytes)));
});

Deno.test("byteTokeniser() refuses indices beyond its vocabulary", () => {
  assert.equal(vocabularySize, 1 + Math.max(...Object.values(specialIds)));
  for (const id of [-1, 260, 0.5, NaN]) {
    assert.throws(() => decode([97, id]), /at 1 is not in the vocabulary of 260/);
  }
});
