import assert from "node:assert/strict";
import { fitText, FONT_HEIGHT, glyph, textWidth } from "./_font.ts";

Deno.test("every letter has rows of one width that fit into a line", () => {
  for (let code = 32; code < 127; code++) {
    const rows = glyph(String.fromCharCode(code));
    assert.ok(
      rows.length <= FONT_HEIGHT &&
        rows.every((row) => /^[#.]+$/.test(row) && row.length === rows[0]!.length),
    );
  }
});

Deno.test("letters with accents are drawn without them, unknown ones as a dot", () => {
  assert.deepEqual(glyph("é"), glyph("e"));
  assert.deepEqual(glyph("漢"), glyph("·"));
});

Deno.test("fitText() keeps what fits, with an ellipsis", () => {
  assert.equal(textWidth("il"), 1 + 1 + 2);
  assert.equal(fitText("hill", textWidth("hill")), "hill");
  assert.equal(fitText("hill hill", textWidth("hill…")), "hill…");
});
