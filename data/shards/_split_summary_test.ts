import fc from "fast-check";
import { createHash } from "node:crypto";
import assert from "node:assert/strict";
import { RowsBuilder } from "./_rows_builder.ts";
import { SplitSummary } from "./_split_summary.ts";
import { everyKind, everyKindRow } from "./_test_source.ts";
import type { Column } from "./column.ts";
import type { Row } from "./rows.ts";

/** Sums up rows that are cut before some of them. */
function summarize(columns: readonly Column[], rows: readonly Row[], cuts: readonly number[] = []) {
  const summary = new SplitSummary(columns);
  const builder = new RowsBuilder(columns);
  const flush = () => {
    const { numRows } = builder;
    summary.update(numRows, builder.take());
  };
  for (const [i, row] of rows.entries()) {
    if (cuts.includes(i)) flush();
    builder.append(row);
  }
  flush();
  return summary.result();
}

Deno.test("statistics are those of the values", () => {
  const columns: Column[] = [
    { name: "image", kind: "image", shape: [1, 1, 2] },
    { name: "label", kind: "label", classNames: ["a", "b", "c"] },
    { name: "anything", kind: "label", classNames: [] },
    { name: "number", kind: "number" },
    { name: "text", kind: "text" },
  ];
  const { statistics, rows } = summarize(columns, [
    { image: Uint8Array.of(0, 51), label: 1, anything: 3, number: -1, text: "ü" },
    { image: Uint8Array.of(255, 153), label: 1, anything: 0, number: 3, text: "" },
  ]);
  assert.equal(rows, 2);
  assert.deepEqual(statistics, {
    image: { mean: [0.5, 0.4], std: [0.5, 0.2] }, // (0 + 1)/2, (0.2 + 0.6)/2, half of the distance
    label: { classCounts: [0, 2, 0] },
    anything: { classCounts: [1, 0, 0, 1] },
    number: { mean: 1, std: 2, min: -1, max: 3 },
    text: { minLength: 0, maxLength: 2, meanLength: 1 }, // in bytes
  });
});

Deno.test("pixel statistics are exact, whatever the number of pixels", () => {
  const columns: Column[] = [{ name: "image", kind: "image", shape: [300, 300, 3] }];
  const white = { image: new Uint8Array(300 * 300 * 3).fill(255) };
  assert.deepEqual(summarize(columns, [white, white]).statistics["image"], {
    mean: [1, 1, 1],
    std: [0, 0, 0],
  });
  const odd = { image: new Uint8Array(300 * 300 * 3).fill(77) }; // 77 / 255 is no float64, yet the deviation is 0
  assert.deepEqual(summarize(columns, [odd, odd, odd]).statistics["image"], {
    mean: Array(3).fill(77 / 255),
    std: [0, 0, 0],
  });
});

Deno.test("content hash and statistics do not depend on how rows are cut into blocks", () => {
  const rows = Array.from({ length: 20 }, (_, i) => everyKindRow(i));
  const whole = summarize(everyKind, rows);
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 19 })), (cuts) => {
    assert.deepEqual(summarize(everyKind, rows, cuts), whole);
  }));
});

Deno.test("the content hash is that of another row, order, boundary or type of column", () => {
  const rows = Array.from({ length: 4 }, (_, i) => everyKindRow(i));
  const hashes = new Set([
    summarize(everyKind, rows).contentHash,
    summarize(everyKind, rows.toReversed()).contentHash,
    summarize(everyKind, rows.slice(1)).contentHash,
    summarize(everyKind, [...rows.slice(0, 3), { ...rows[3]!, label: 0 }]).contentHash,
  ]);
  assert.equal(hashes.size, 4);
  const texts = (...texts: string[]) =>
    summarize([{ name: "text", kind: "text" }], texts.map((text) => ({ text }))).contentHash;
  assert.notEqual(texts("ab", "c"), texts("a", "bc"));
  const bytes = { name: "text", kind: "encodedImage" } as const;
  const encoded = summarize([bytes], [{ text: new TextEncoder().encode("ab") }]).contentHash;
  assert.notEqual(encoded, texts("ab"));
});

Deno.test("the content hash is what it is said to be", () => {
  const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
  const columns: Column[] = [{ name: "text", kind: "text" }, {
    name: "label",
    kind: "label",
    classNames: ["a"],
  }];
  const { contentHash } = summarize(columns, [{ text: "ab", label: 0 }, { text: "c", label: 0 }]);
  const expected = createHash("sha256")
    .update('[["text","text"],["label","label",["a"]]]')
    .update(sha256("abc"))
    .update(sha256(new Uint8Array(8)))
    .update(sha256(Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0)))
    .update(sha256(""))
    .digest("hex");
  assert.equal(contentHash, expected);
});
