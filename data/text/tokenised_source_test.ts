import assert from "node:assert/strict";
import type { Source, SourceItem } from "../sources/source.ts";
import { byteTokeniser } from "./byte_tokeniser.ts";
import { tokenisedSource } from "./tokenised_source.ts";

const items: readonly SourceItem[] = [
  { row: { text: "abc", year: 1 } },
  { dropped: "text is not UTF-8", detail: "line 2" },
  { row: { text: "", year: 2 } },
  { row: { text: "de", year: 3 } },
  { row: { text: "f", year: 4 } },
];
const source: Source = {
  name: "letters",
  source: "by hand",
  licence: "MIT",
  columns: [{ name: "text", kind: "text" }, { name: "year", kind: "number" }],
  splits: {
    train: {
      items: async function* (from) {
        yield* items.slice(from);
      },
    },
  },
};
const tokeniser = byteTokeniser();

/** Items as strings: tokens as letters, "|" for the separator and "_" for padding; offsets; the rest. */
async function read(source: Source, from = 0): Promise<unknown[]> {
  return (await Array.fromAsync(source.splits.train!.items(from))).map((item) => {
    if ("dropped" in item) return item.dropped;
    const { tokens, offsets, ...others } = item.row;
    const letters = [...tokens as Int32Array].map((id) =>
      id === 256 ? "|" : id === 257 ? "_" : String.fromCharCode(id)
    );
    return [letters.join(""), [...offsets as Int32Array].join(), ...Object.values(others)].join(" ");
  });
}

Deno.test("tokenisedSource() packs documents, and says where they end", async () => {
  const tokens = tokenisedSource(source, { tokeniser, length: 4 });
  assert.deepEqual(tokens.columns, [{ name: "tokens", kind: "tokens" }, { name: "offsets", kind: "tokens" }]);
  assert.deepEqual(await read(tokens), [
    "abc| 0,4",
    "text is not UTF-8",
    "document has no tokens",
    "de|f 0,3,4",
    "|___ 0,1",
  ]);
});

Deno.test("tokenisedSource() lets a row's other columns go with its tokens, one document a sequence", async () => {
  const tokens = tokenisedSource(source, { tokeniser, length: 2, documents: "single", separator: null });
  assert.deepEqual(await read(tokens), [
    "ab 0,2 1",
    "text is not UTF-8", // as it is met, while the rest of the document before still waits
    "document has no tokens",
    "c_ 0,1 1",
    "de 0,2 3",
    "f_ 0,1 4",
  ]);
});

Deno.test("tokenisedSource() goes on at any item", async () => {
  for (const documents of ["split", "whole", "single"] as const) {
    const tokens = tokenisedSource(source, { tokeniser, length: 3, documents });
    const all = await read(tokens);
    for (let from = 0; from <= all.length; from++) {
      assert.deepEqual(await read(tokens, from), all.slice(from));
    }
  }
});

Deno.test("tokenisedSource() refuses what it cannot pack", () => {
  const { specialIds: _, ...plain } = tokeniser;
  const without = { ...plain, specialIds: {} };
  assert.throws(() => tokenisedSource(source, { tokeniser: without, length: 4 }), /has no padding/);
  assert.throws(() => tokenisedSource(source, { tokeniser, length: 0 }), /cannot have 0 tokens/);
  assert.throws(
    () => tokenisedSource(source, { tokeniser, length: 4, padding: 260 }),
    /not in the vocabulary of 260/,
  );
  assert.throws(
    () => tokenisedSource(source, { tokeniser, length: 4, column: "year" }),
    /no column of text year: name one of text/,
  );
  const two: Source = { ...source, columns: [...source.columns, { name: "more", kind: "text" }] };
  assert.throws(
    () => tokenisedSource(two, { tokeniser, length: 4 }),
    /2 columns of text: name one of text, more/,
  );
});
