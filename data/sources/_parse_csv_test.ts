import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseCsv } from "./_parse_csv.ts";

Deno.test("parseCsv() reads quotes, every line end, and no end", () => {
  assert.deepEqual(parseCsv('\ufeffa,b\r\n1,"x, ""y""\nz"\n,\n'), [["a", "b"], ["1", 'x, "y"\nz'], ["", ""]]);
  assert.deepEqual(parseCsv("a,b\n1,"), [["a", "b"], ["1", ""]]);
  assert.deepEqual(parseCsv(""), []);
});

Deno.test("parseCsv() gives back what was quoted", () => {
  fc.assert(fc.property(fc.array(fc.array(fc.string(), { minLength: 1 })), (rows) => {
    const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(",") + "\n").join("");
    assert.deepEqual(parseCsv(text), rows);
  }));
});

Deno.test("parseCsv() names the line of a quote that is never closed", () => {
  assert.throws(() => parseCsv('a,b\n1,"2\n3,4\n'), /line 2 has a quote out of place/);
  assert.throws(() => parseCsv('a,b"c\n'), SyntaxError);
});
