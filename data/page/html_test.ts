import assert from "node:assert/strict";
import { Html, html } from "./html.ts";

Deno.test("html`` escapes what it is given, but not other templates", () => {
  const items = ["a<b", "say \"x\" & 'y'"].map((text) => html`<li title="${text}">${text}</li>`);
  assert.equal(
    html`<ul>${items}${new Html("<hr>")}${7}</ul>`.text,
    '<ul><li title="a&#60;b">a&#60;b</li>' +
      '<li title="say &#34;x&#34; &#38; &#39;y&#39;">say &#34;x&#34; &#38; &#39;y&#39;</li><hr>7</ul>',
  );
});
