import { measureTables } from "./_measure_table.ts";
import type { ProtocolTable } from "./protocol_table.ts";
import { extraProtocols, protocolTitles } from "./protocols.ts";

/**
 * The table as text for a terminal: accuracies in percent, and the size of the split below; then the measures of the features, where there are any.
 *
 * @example
 * ```ts
 * import { formatTable } from "@lacuna/evaluation";
 * import assert from "node:assert/strict";
 *
 * const text = formatTable({
 *   rows: [{ features: "raw pixels", dim: 784, knn: 0.8034, linear: 0.797 }],
 *   numTrain: 60_000,
 *   numTest: 10_000,
 * });
 * assert.equal(text.split("\n")[1], "raw pixels  784  80.3 %        79.7 %");
 * ```
 */
export function formatTable(table: ProtocolTable): string {
  const extras = extraProtocols.filter((name) => table.rows.some((row) => row[name] !== undefined));
  const names = ["knn", "linear", ...extras] as const;
  const lines = [
    ["features", "dim", ...names.map((name) => protocolTitles[name])],
    ...table.rows.map((row) => [
      row.features,
      `${row.dim}`,
      ...names.map((name) => row[name] === undefined ? "–" : percent(row[name])),
    ]),
  ];
  const { tables, note } = measureTables(table);
  return [
    ...aligned(lines),
    ...extras.includes("finetune")
      ? ["fine-tuned, the untrained encoder is supervised from scratch with the same budget"]
      : [],
    `${table.numTrain} training and ${table.numTest} test images, the same for every row`,
    ...tables.flatMap(({ head, rows }) => ["", ...aligned([head, ...rows])]),
    ...tables.length > 0 ? [note] : [],
  ].join("\n");
}

/** Columns as wide as their widest text, the first to the left, the others to the right. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map(([first, ...others]) =>
    [first!.padEnd(widths[0]!), ...others.map((text, i) => text.padStart(widths[i + 1]!))].join("  ")
  );
}

/** 0.8034 as "80.3 %". */
function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
