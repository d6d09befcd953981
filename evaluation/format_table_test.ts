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
