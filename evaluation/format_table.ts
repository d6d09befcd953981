import type { ProtocolTable } from "./protocol_table.ts";
import { extraProtocols, protocolTitles } from "./protocols.ts";

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
  const extras = extraProtocols.filter((name) => table.rows.some((row) => row[name] !== undefined));
  const line = (features: string, dim: string, knn: string, linear: string, others: readonly string[]) =>
    features.padEnd(18) + dim.padStart(4) + knn.padStart(9) + linear.padStart(14) +
    others.map((text) => text.padStart(12)).join("");
  return [
    line("features", "dim", "kNN", "linear probe", extras.map((name) => protocolTitles[name])),
    ...table.rows.map((row) => {
      const others = extras.map((name) => row[name] === undefined ? "–" : percent(row[name]));
      return line(row.features, `${row.dim}`, percent(row.knn), percent(row.linear), others);
    }),
    ...extras.includes("finetune")
      ? ["fine-tuned, the untrained encoder is supervised from scratch with the same budget"]
      : [],
    `${table.numTrain} training and ${table.numTest} test images, the same for every row`,
  ].join("\n");
}

/** 0.8034 as "80.3 %". */
function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
