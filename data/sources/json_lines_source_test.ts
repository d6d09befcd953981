import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { type JsonLinesOptions, jsonLinesSource } from "./json_lines_source.ts";
import { readItems, readReasons, readRows } from "./_read_items.ts";
import type { Source } from "./source.ts";

/** Runs `use` with a source of one file. */
async function withLines(
  content: string | Uint8Array,
  use: (source: Source) => Promise<void>,
  options: Partial<JsonLinesOptions> = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, "x.jsonl");
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await use(await jsonLinesSource({ paths: path, ...options }));
  });
}

Deno.test("jsonLinesSource() takes strings and numbers as the first line has them", async () => {
  const text = '{"text": "né", "year": 1790}\r\n\n{"year": 1791, "text": "two", "more": null}';
  for (const content of [text, gzipSync(text)]) {
    await withLines(content, async (source) => {
      assert.deepEqual(source.columns, [{ name: "text", kind: "text" }, { name: "year", kind: "number" }]);
      const rows = [{ text: "né", year: 1790 }, { text: "two", year: 1791 }];
      assert.deepEqual(await readRows(source), rows);
      assert.deepEqual(await readRows(source, 1), rows.slice(1));
    });
  }
});

Deno.test("jsonLinesSource() takes nested fields, and names classes by a first pass", async () => {
  const lines = [
    { user: { name: "Ada" }, class: "spam", stars: 10, "a.b": "dots", ids: [1, 2], yes: true },
    { user: { name: "Bob" }, class: "ham", stars: 9, "a.b": "", ids: [], yes: false },
  ];
  const fields = {
    author: { kind: "text", field: "user.name" },
    label: { kind: "label", field: "class" },
    stars: { kind: "label" },
    dotted: { kind: "text", field: "a.b" },
    ids: { kind: "tokens" },
    yes: { kind: "number" },
    second: { kind: "label", field: "stars", classNames: ["9", "10"] },
  } as const;
  await withLines(lines.map((line) => JSON.stringify(line)).join("\n"), async (source) => {
    const names = source.columns.map((column) => column.kind === "label" ? column.classNames : undefined);
    assert.deepEqual(names.slice(1, 3), [["ham", "spam"], ["9", "10"]]); // numerals by value
    assert.deepEqual(await readRows(source), [
      { author: "Ada", label: 1, stars: 1, dotted: "dots", ids: Int32Array.of(1, 2), yes: 1, second: 1 },
      { author: "Bob", label: 0, stars: 0, dotted: "", ids: Int32Array.of(), yes: 0, second: 0 },
    ]);
  }, { fields });
});

Deno.test("jsonLinesSource() drops lines that do not fit, and counts them by reason", async () => {
  const lines = [
    '{"text": "a", "n": 1}',
    '{"text": "a", "n": 1',
    "[1]",
    "null",
    '{"text": "a"}',
    '{"text": {}, "n": 1}',
    '{"text": "half: \\ud83d", "n": 1}',
    '{"text": "a", "n": "one"}',
    '{"text": "a", "n": 1e999}',
    '{"__proto__": {"text": "a"}, "n": 1}',
  ];
  await withLines(lines.join("\n"), async (source) => {
    assert.deepEqual(await readReasons(source), [
      "",
      "line is not JSON",
      "line is not a JSON object",
      "line is not a JSON object",
      "n is missing",
      "text is not a string of Unicode",
      "text is not a string of Unicode",
      "n is not a number",
      "n is not a number",
      "text is missing",
    ]);
    const [, second] = await readItems(source);
    assert.ok("detail" in second! && /x\.jsonl, line 2: line is not JSON/.test(second.detail));
  });
  await withLines(
    Uint8Array.of(...new TextEncoder().encode('{"a": "b"}\n{"a": "'), 0xff, 0x22, 0x7d),
    async (source) => {
      assert.deepEqual(await readReasons(source), ["", "line is not UTF-8"]);
    },
  );
});

Deno.test("jsonLinesSource() says what it cannot tell", async () => {
  const reading = (content: string, options = {}) => withLines(content, () => Promise.resolve(), options);
  await assert.rejects(reading('{"a": [1]}'), /what to make of "a" at .*line 1, neither/);
  await assert.rejects(reading("text"), /Cannot tell the fields .*line 1: line is not JSON/);
  await assert.rejects(reading(" \n"), /no JSON object/);
  await assert.rejects(reading('{"a": "long"}', { maxBytes: 5 }), /line 1 is longer than 5 bytes/);
});

Deno.test("jsonLinesSource() neither crashes nor hangs on lines with flipped bytes", async () => {
  const whole = new TextEncoder().encode('{"text": "né", "n": {"m": [1, -2.5e3, true]}}\n'.repeat(4));
  const fields = { text: { kind: "text" }, n: { kind: "number", field: "n.m.0" } } as const;
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(flips, async (flips) => {
      const bytes = whole.slice();
      for (const [at, value] of flips) bytes[at] = value;
      await withLines(bytes, async (source) => {
        for (const item of await readItems(source)) {
          assert.ok("dropped" in item || typeof item.row.n === "number" && typeof item.row.text === "string");
        }
      }, { fields }).catch((error) => assert.ok(error instanceof SourceError, String(error)));
    }),
    { numRuns: 200, seed: 1 },
  );
});
