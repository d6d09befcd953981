import fc from "fast-check";
import assert from "node:assert/strict";
import { splitByContent } from "./split_by_content.ts";

const someRows = fc.uint8Array({ minLength: 2, maxLength: 400 }).map((bytes) =>
  bytes.subarray(bytes.length % 2)
);

Deno.test("splitByContent() keeps the first of equal rows, on one side only", () => {
  fc.assert(fc.property(someRows, (rows) => {
    const { train, test, numDuplicates } = splitByContent(rows, 2, 0.3);
    const words = Array.from({ length: rows.length / 2 }, (_, i) => rows[2 * i]! * 256 + rows[2 * i + 1]!);
    const firsts = words.flatMap((word, i) => words.indexOf(word) === i ? [i] : []);
    assert.deepEqual([...train, ...test].sort((a, b) => a - b), firsts);
    assert.equal(numDuplicates, words.length - firsts.length);
  }));
});

Deno.test("splitByContent() decides by a row's content, not by its place", () => {
  fc.assert(fc.property(someRows, (rows) => {
    const reversed = new Uint8Array(rows.length);
    const numRows = rows.length / 2;
    for (let i = 0; i < numRows; i++) reversed.set(rows.subarray(2 * i, 2 * i + 2), 2 * (numRows - 1 - i));
    const contents = (from: Uint8Array, side: "train" | "test") =>
      Array.from(splitByContent(from, 2, 0.3)[side], (row) => [...from.subarray(2 * row, 2 * row + 2)]);
    assert.deepEqual(contents(reversed, "train"), contents(rows, "train"));
    assert.deepEqual(contents(reversed, "test"), contents(rows, "test"));
  }));
});

Deno.test("splitByContent() holds out the share that was asked for", () => {
  const rows = new Uint8Array(new Uint32Array(20_000).map((_, i) => i).buffer);
  const { test } = splitByContent(rows, 4, 1 / 7);
  const deviation = Math.sqrt(20_000 / 7 * 6 / 7); // binomial, 49
  assert(Math.abs(test.length - 20_000 / 7) < 4 * deviation, `${test.length}`);
});

Deno.test("splitByContent() refuses half rows and empty sides", () => {
  assert.throws(
    () => splitByContent(new Uint8Array(5), 2, 0.5),
    /5 bytes are no whole number of rows of 2 bytes/,
  );
  assert.throws(() => splitByContent(new Uint8Array(4), 2, 0), /share of 0/);
  assert.throws(() => splitByContent(new Uint8Array(4), 2, 1), /share of 1/);
});
