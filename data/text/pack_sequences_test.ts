import fc from "fast-check";
import assert from "node:assert/strict";
import { type PackedSequence, type Packing, packSequences } from "./pack_sequences.ts";

const PADDING = 1000;
const SEPARATOR = 1001;
const documents = fc.array(fc.array(fc.nat(999), { maxLength: 12 }).map((ids) => Int32Array.from(ids)), {
  maxLength: 12,
});
const packing: fc.Arbitrary<Packing> = fc.record({
  length: fc.integer({ min: 1, max: 9 }),
  documents: fc.constantFrom("split" as const, "whole" as const, "single" as const),
  separator: fc.constantFrom(SEPARATOR, undefined),
}).map(({ length, documents, separator }) => ({
  length,
  documents,
  padding: PADDING,
  ...(separator === undefined ? {} : { separator }),
}));

/** The pieces of a sequence. */
function piecesOf({ tokens, offsets }: PackedSequence): number[][] {
  return Array.from(
    { length: offsets.length - 1 },
    (_, i) => [...tokens.subarray(offsets[i], offsets[i + 1])],
  );
}

Deno.test("packSequences() neither loses, doubles nor moves a token", () => {
  fc.assert(fc.property(documents, packing, (documents, packing) => {
    const ended = packing.separator === undefined ? [] : [packing.separator];
    const expected = documents.filter(({ length }) => length > 0).flatMap((
      document,
    ) => [...document, ...ended]);
    const sequences = [...packSequences(documents, packing)];
    assert.deepEqual(sequences.flatMap(piecesOf).flat(), expected);
    for (const { tokens, offsets } of sequences) {
      assert.equal(tokens.length, packing.length);
      assert.equal(offsets[0], 0);
      assert.ok(tokens.subarray(offsets.at(-1)).every((token) => token === PADDING));
    }
  }));
});

Deno.test("packSequences() keeps to documents as it is told", () => {
  fc.assert(fc.property(documents, packing, (documents, packing) => {
    const sequences = [...packSequences(documents, packing)];
    const mode = packing.documents;
    const numFilled = sequences.filter(({ offsets }) => offsets.at(-1) === packing.length).length;
    if (mode === "split") assert.ok(numFilled >= sequences.length - 1); // all but the last
    if (mode === "single") assert.ok(sequences.every(({ offsets }) => offsets.length === 2));
    if (mode !== "whole") return;
    const ended = packing.separator === undefined ? 0 : 1;
    const short = documents.filter(({ length }) => length > 0 && length + ended <= packing.length);
    const pieces = new Set(sequences.flatMap(piecesOf).map(String));
    for (const document of short) {
      assert.ok(
        pieces.has(String([...document, ...(ended ? [SEPARATOR] : [])])),
        "a document that fits is cut",
      );
    }
  }));
});

Deno.test("packSequences() shares sequences in three ways", () => {
  const documents = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]].map((ids) => Int32Array.from(ids));
  const pack = (mode: NonNullable<Packing["documents"]>) =>
    [...packSequences(documents, { length: 4, documents: mode, separator: 0, padding: -0 })].map((
      sequence,
    ) => [
      [...sequence.tokens],
      [...sequence.offsets],
      sequence.firstDocument,
    ]);
  assert.deepEqual(pack("split"), [
    [[1, 2, 3, 0], [0, 4], 0],
    [[4, 0, 5, 6], [0, 2, 4], 2],
    [[7, 8, 9, 0], [0, 4], 3],
  ]);
  assert.deepEqual(pack("whole"), [
    [[1, 2, 3, 0], [0, 4], 0],
    [[4, 0, 0, 0], [0, 2], 2],
    [[5, 6, 7, 8], [0, 4], 3],
    [[9, 0, 0, 0], [0, 2], 3],
  ]);
  assert.deepEqual(pack("single"), pack("whole")); // here no two fit into one
});

Deno.test("packSequences() refuses impossible sizes and indices", () => {
  for (const bad of [{ length: 0 }, { length: 1.5 }, { padding: -1 }, { separator: 0.5 }]) {
    assert.throws(() => packSequences([], { length: 4, padding: 0, ...bad }).next(), RangeError);
  }
});
