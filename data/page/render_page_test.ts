import assert from "node:assert/strict";
import { html } from "./html.ts";
import { renderPage } from "./render_page.ts";

Deno.test("renderPage() puts title, styles, content and scripts into one document", () => {
  const page = renderPage("a < b", html`<p>content</p>`, { styles: ["p { color: red }"], scripts: ["go()"] });
  assert.ok(page.startsWith("<!doctype html>"));
  for (
    const part of ["<title>a &#60; b</title>", "<p>content</p>", "p { color: red }", "<script>go()</script>"]
  ) {
    assert.ok(page.includes(part), part);
  }
  assert.ok(!/(?:src|href)=|@import|url\(/.test(page)); // asks for nothing beside itself
});
