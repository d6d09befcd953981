/**
 * A page of its own.
 * @module
 */
import { Html, html } from "./html.ts";
import pageStyle from "./_style.css" with { type: "text" };

/** What a page has beside its content. */
export type PageParts = {
  /** Rules after the shared ones. */
  readonly styles?: readonly string[];
  /** At the end of the page, one after the other. */
  readonly scripts?: readonly string[];
  /** After the content, outside of its column. */
  readonly after?: Html;
};

/**
 * One HTML page that needs nothing beside itself, light or dark as its reader prefers.
 * @param title Of the window.
 * @param content What stands in its column.
 * @param parts Styles and scripts of its own.
 */
export function renderPage(title: string, content: Html, parts: PageParts = {}): string {
  const { styles = [], scripts = [], after = new Html("") } = parts;
  const page = html`
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}</title>
        <style>${[pageStyle, ...styles].map((style) => new Html(style))}</style>
      </head>
      <body>
    <main>
    ${content}
    </main>
    ${after}
    ${scripts.map((script) => html`<script>${new Html(script)}</script>`)}
      </body>
    </html>
  `;
  return `<!doctype html>${page.text}`;
}
