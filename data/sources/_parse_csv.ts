/**
 * Splits comma-separated values into lines of fields; a field in double quotes may hold commas, line ends and doubled quotes.
 * @throws {SyntaxError} If a quote is never closed, naming the line it opens in.
 * @see RFC 4180
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const source = text.replace(/^\ufeff/, "");
  let row: string[] = [];
  while (field.lastIndex < source.length || row.length > 0) {
    const at = field.lastIndex;
    const found = field.exec(source);
    if (!found) {
      throw new SyntaxError(
        `line ${source.slice(0, at).split(/\r\n|\n|\r/).length} has a quote out of place`,
      );
    }
    row.push(found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"'));
    if (found[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
