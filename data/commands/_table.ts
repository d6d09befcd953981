/** Cells in columns as wide as their widest, two spaces between them. Columns whose name ends a `>` stand to the right. */
export function formatCells(rows: readonly (readonly string[])[], alignment: string): string[] {
  const widths = [...alignment].map((_, i) => Math.max(...rows.map((row) => [...row[i] ?? ""].length)));
  return rows.map((row) =>
    row.map((cell, i) => {
      const space = " ".repeat(widths[i]! - [...cell].length);
      return alignment[i] === ">" ? space + cell : cell + space;
    }).join("  ").trimEnd()
  );
}
