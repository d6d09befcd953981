import { count } from "./_count.ts";
import { type FeatureMeasures, featureMeasuresDefaults } from "./feature_measures.ts";
import type { ProtocolTable } from "./protocol_table.ts";

/** A table as texts; a column's texts stand to the right but the first's. */
export type TextTable = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** The measures of features of a table's rows, and the spreads after each block: none of what was not measured. */
export function measureTables({ rows, numTrain }: ProtocolTable): { tables: TextTable[]; note: string } {
  const measured = rows.flatMap(({ features, dim, rank }) => rank ? [{ features, dim, rank }] : []);
  const ofBlocks = measured.flatMap(({ features, rank: { blockSpreads } }) =>
    blockSpreads ? [[features, ...blockSpreads.map(threeDigits)]] : []
  );
  const { numImages, numViews } = featureMeasuresDefaults;
  const ofViews = measured.some(({ rank }) => rank.lidar !== undefined)
    ? `, LiDAR by ${numViews} views of each`
    : "";
  return {
    tables: [
      ...measured.length > 0
        ? [{
          head: ["features", "dim", "RankMe", "effective rank", "LiDAR", "α-ReQ", "spread"],
          rows: measured.map(({ features, dim, rank }) => [features, `${dim}`, ...textsOf(rank)]),
        }]
        : [],
      ...ofBlocks.length > 0
        ? [{
          head: ["spread after block", ...ofBlocks[0]!.slice(1).map((_, i) => `${i + 1}`)],
          rows: ofBlocks,
        }]
        : [],
    ],
    note: `measured on ${count(Math.min(numImages, numTrain))} training images${ofViews}`,
  };
}

function textsOf({ rankMe, effectiveRank, lidar, alpha, spread }: FeatureMeasures): string[] {
  const fixed = (value: number | undefined, digits: number) =>
    Number.isFinite(value) ? value!.toFixed(digits) : "–"; // NaN is null in JSON
  return [fixed(rankMe, 1), fixed(effectiveRank, 1), fixed(lidar, 1), fixed(alpha, 2), threeDigits(spread)];
}

function threeDigits(value: number): string {
  return value.toPrecision(3);
}
