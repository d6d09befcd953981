import assert from "node:assert/strict";
import { formatTable } from "./format_table.ts";

Deno.test("formatTable() adds a column for what was measured besides, and a dash where nothing was", () => {
  const text = formatTable({
    rows: [
      { features: "trained encoder", dim: 64, knn: 0.7527, linear: 0.794, ridge: 0.8, finetune: 0.91 },
      { features: "raw pixels", dim: 784, knn: 0.66, linear: 1, ridge: 0.7 },
    ],
    numTrain: 60_000,
    numTest: 10_000,
  });
  assert.deepEqual(text.split("\n").slice(0, 4), [
    "features         dim     kNN  linear probe   ridge  fine-tuned",
    "trained encoder   64  75.3 %        79.4 %  80.0 %      91.0 %",
    "raw pixels       784  66.0 %       100.0 %  70.0 %           –",
    "fine-tuned, the untrained encoder is supervised from scratch with the same budget",
  ]);
});

Deno.test("formatTable() aligns its columns and says how large the split was", () => {
  const text = formatTable({
    rows: [
      { features: "trained encoder", dim: 64, knn: 0.7527, linear: 0.794 },
      { features: "untrained encoder", dim: 64, knn: 0.66, linear: 1 },
    ],
    numTrain: 60_000,
    numTest: 10_000,
  });
  assert.equal(
    text,
    [
      "features           dim     kNN  linear probe",
      "trained encoder     64  75.3 %        79.4 %",
      "untrained encoder   64  66.0 %       100.0 %",
      "60000 training and 10000 test images, the same for every row",
    ].join("\n"),
  );
});

Deno.test("formatTable() keeps long titles apart", () => {
  const accuracies = { "linear-mae": 0.5, "linear-extrema": 0.25, "linear-beit": 1 };
  const rows = [{ features: "raw pixels" as const, dim: 4, knn: 1, linear: 1, ...accuracies }];
  assert.deepEqual(formatTable({ rows, numTrain: 20, numTest: 10 }).split("\n").slice(0, 2), [
    "features    dim      kNN  linear probe  linear, MAE's  linear, ExtreMA's  best layer, BEiT's",
    "raw pixels    4  100.0 %       100.0 %         50.0 %             25.0 %             100.0 %",
  ]);
});

Deno.test("formatTable() puts the measures of features below, and the spreads of blocks", () => {
  const rank = { rankMe: 17.76, effectiveRank: 23.1, lidar: 12.8, alpha: 2.77, spread: 0.1834 };
  const text = formatTable({
    rows: [
      {
        features: "trained encoder",
        dim: 64,
        knn: 0.5,
        linear: 0.5,
        rank: { ...rank, blockSpreads: [0.298, 12] },
      },
      { features: "raw pixels", dim: 784, knn: 0.5, linear: 0.5, rank: { ...rank, alpha: NaN } },
    ],
    numTrain: 60_000,
    numTest: 10_000,
  });
  assert.deepEqual(text.split("\n").slice(4), [
    "",
    "features         dim  RankMe  effective rank  LiDAR  α-ReQ  spread",
    "trained encoder   64    17.8            23.1   12.8   2.77   0.183",
    "raw pixels       784    17.8            23.1   12.8      –   0.183", // fewer than 3 directions
    "",
    "spread after block      1     2",
    "trained encoder     0.298  12.0",
    "measured on 1,000 training images, LiDAR by 10 views of each",
  ]);
});
