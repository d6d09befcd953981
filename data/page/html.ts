/**
 * HTML out of templates.
 * @module
 */

/** Text that is HTML already. */
export class Html {
  /** As it stands in the page. */
  readonly text: string;

  /** Takes text that needs no escape. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: HTML as it is, lists one after the other, anything else escaped. */
export type HtmlPart = Html | string | number | readonly HtmlPart[];

/** A template whose values are escaped unless they are `Html`. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.reduce((text, string, i) => text + render(parts[i - 1]!) + string));
}

function render(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
