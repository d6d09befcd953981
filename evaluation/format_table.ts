import type { ProtocolTable } from "./protocol_table.ts";

/**
 * The table as text for a terminal: accuracies in percent, and the size of the split below.
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
 * assert.equal(text.split("\n")[1], "raw pixels         784   80.3 %        79.7 %");
 * ```
 */
export function formatTable(table: ProtocolTable): string {
  const line = (features: string, dim: string, knn: string, linear: string) =>
    features.padEnd(18) + dim.padStart(4) + knn.padStart(9) + linear.padStart(14);
  return [
    line("features", "dim", "kNN", "linear probe"),
    ...table.rows.map((row) => line(row.features, `${row.dim}`, percent(row.knn), percent(row.linear))),
    `${table.numTrain} training and ${table.numTest} test images, the same for every row`,
  ].join("\n");
}

/** 0.8034 as "80.3 %". */
function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
