/**
 * Pages that open offline: one HTML file with all that it shows inside, in the style that the project's reports share.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { html, renderPage } from "@lacuna/data/page";
 *
 * const page = renderPage("1 < 2", html`<h1>${"1 < 2"}</h1>`);
 * assert.ok(page.includes("<h1>1 &#60; 2</h1>"));
 * ```
 *
 * @module
 */
export { Html, html, type HtmlPart } from "./html.ts";
export { type PageParts, renderPage } from "./render_page.ts";
