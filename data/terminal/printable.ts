/**
 * Text from elsewhere on a terminal.
 * @module
 */

/**
 * A text in which nothing steers a terminal, as names in a data set may come from anybody: control characters other than tabs and ends
 * of lines become \\u001b and the like, as in JSON, which therefore still means the same.
 */
export function printable(text: string): string {
  return text.replaceAll(
    // deno-lint-ignore no-control-regex -- these are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
