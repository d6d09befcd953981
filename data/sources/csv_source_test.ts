import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { type CsvOptions, csvSource } from "./csv_source.ts";
import { readItems, readReasons, readRows } from "./_read_items.ts";
import type { Source } from "./source.ts";

/** Runs `use` with a source of one file. */
async function withCsv(
  content: string | Uint8Array,
  use: (source: Source) => Promise<void>,
  options: Partial<CsvOptions> = {},
  file = "x.csv",
): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, file);
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await use(await csvSource({ paths: path, ...options }));
  });
}

Deno.test("csvSource() reads quotes, delimiters and line ends inside them", async () => {
  const text = '\ufeff"a",b\r\n"x, ""y""\r\nz",2\n\n"",""\r\n1"2,""""\n3,"4"';
  for (const content of [text, zstdCompressSync(text)]) {
    await withCsv(content, async (source) => {
      const rows = [{ a: 'x, "y"\r\nz', b: "2" }, { a: "", b: "" }, { a: '1"2', b: '"' }, { a: "3", b: "4" }];
      assert.deepEqual(await readRows(source), rows);
      for (let from = 0; from <= 5; from++) assert.deepEqual(await readRows(source, from), rows.slice(from));
    });
  }
});

Deno.test("csvSource() reads back what is written by the rules", async () => {
  const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a") }));
  const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom("\n", "\r\n"), async (table, lineEnd) => {
      const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
      const text = [["a", "b"], ...table].map((row) => row.map(quote).join(",")).join(lineEnd);
      await withCsv(text, async (source) => {
        assert.deepEqual(await readRows(source), table.map(([a, b]) => ({ a, b })));
      });
    }),
    { seed: 1 },
  );
});

Deno.test("csvSource() takes fields as numbers and classes", async () => {
  const fields = { label: { kind: "label", field: "class" }, n: { kind: "number" } } as const;
  const text = "class\tn\ncat\t-1.5e2\n dog \t.5\ncat\t2\n";
  await withCsv(
    text,
    async (source) => {
      assert.deepEqual(source.columns[0], { name: "label", kind: "label", classNames: ["cat", "dog"] });
      assert.deepEqual(await readRows(source), [{ label: 0, n: -150 }, { label: 1, n: 0.5 }, {
        label: 0,
        n: 2,
      }]);
    },
    { fields },
    "x.tsv",
  );
});

Deno.test("csvSource() takes names for files without a header", async () => {
  await withCsv("1;2\n3;4\n", async (source) => {
    assert.deepEqual(await readRows(source), [{ a: "1", b: "2" }, { a: "3", b: "4" }]);
  }, { header: ["a", "b"], delimiter: ";" });
});

Deno.test("csvSource() drops records that do not fit, and says where", async () => {
  const text = 'a,n\nx,1\nx\nx,1,2\n"x"y,1\nx,one\nx,\n';
  const bytes = Uint8Array.of(...new TextEncoder().encode(text), 0xff, 0x2c, 0x31);
  await withCsv(bytes, async (source) => {
    assert.deepEqual(await readReasons(source), [
      "",
      "record has another number of cells",
      "record has another number of cells",
      "quotes are damaged",
      "n is not a number",
      "n is not a number",
      "record is not UTF-8",
    ]);
    const items = await readItems(source);
    assert.ok("detail" in items[3]! && /x\.csv, line 5: there is something after/.test(items[3].detail));
  }, { fields: { a: { kind: "text" }, n: { kind: "number" } } });
});

Deno.test("csvSource() stops where nothing after can be trusted", async () => {
  const reading = (content: string, options: Partial<CsvOptions> = {}) =>
    withCsv(content, async (source) => void await readItems(source), options);
  await assert.rejects(reading('a\n1\n"2\n3\n'), /a quote in the record from line 3 never closes/);
  await assert.rejects(
    reading(`a\n"${"b\n".repeat(99)}`, { maxBytes: 50 }),
    /line 2 is longer than 50 bytes; its quote/,
  );
  await assert.rejects(reading("a,b,a\n"), /has "a" twice/);
  await assert.rejects(reading(""), /is empty/);
  await assert.rejects(reading("1,2\n", { header: ["a", "a"] }), /has "a" twice/);
  const fields = { label: { kind: "label", field: "lable" } } as const;
  await assert.rejects(reading("text,label\n", { fields }), /no column "lable", did you mean "label"\?/);
  await assert.rejects(reading("a\n", { delimiter: '"' }), RangeError);
});

Deno.test("csvSource() neither crashes nor hangs on any bytes", async () => {
  const unit = fc.constantFrom('"', ",", "\n", "\r", "a", "é", "\ufeff");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit, maxLength: 40 }), async (text) => {
      const reading = withCsv(text, async (source) => void await readItems(source));
      await reading.catch((error) => assert.ok(error instanceof SourceError, String(error)));
    }),
    { numRuns: 300, seed: 1 },
  );
});
