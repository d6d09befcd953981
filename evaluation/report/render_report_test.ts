import assert from "node:assert/strict";
import { renderReport } from "./render_report.ts";
import type { Picture, ReportData } from "./report_data.ts";

const picture: Picture = { height: 4, width: 4, channels: 1, pixels: new Uint8Array(16).fill(128) };
const data: ReportData = {
  title: "runs/<script>",
  subtitle: "by hand",
  table: {
    rows: [
      { features: "trained encoder", dim: 8, knn: 0.75, linear: 0.8 },
      { features: "raw pixels", dim: 16, knn: 0.77, linear: 0.7 },
    ],
    numTrain: 600,
    numTest: 100,
  },
  protocol: ["How it was done."],
  curves: [{
    title: "Loss",
    help: "Lower is not always better.",
    steps: [0, 1],
    lines: [{ label: "</script><b>", values: [2, null] }],
    guides: [{ label: "level", value: 1 }],
  }],
  patchSize: 2,
  classNames: ["shoe", "bag"],
  masks: [{ picture, visible: [Int32Array.of(0), Int32Array.of(3)] }],
  neighbors: [{
    query: picture,
    label: 0,
    neighbors: [{ picture, label: 0, cosine: 0.9 }, { picture, label: 1, cosine: 0.8 }],
  }],
  attention: [{ picture, heads: [Float32Array.of(0.1, 0.2, 0.3, 0.4), Float32Array.of(0.4, 0.3, 0.2, 0.1)] }],
  facts: [{ title: "Run", facts: [["seed", "0"]] }],
  config: '{ "seed": 0 }',
};
const page = renderReport(data);

Deno.test("renderReport() begins with its document type", () => {
  assert.ok(page.startsWith("<!doctype html>"));
});

Deno.test("renderReport() asks nothing of the network", () => {
  const [own] = page.split("uPlot"); // its own part: the library's licence names its site
  assert.ok(!/(?:src|href)=["']?(?:https?:)?\/\//.test(page));
  assert.ok(!/@import|url\(/.test(own!));
  assert.ok(!/fetch\(|XMLHttpRequest|import\(/.test(page));
});

Deno.test("renderReport() escapes what comes from the run", () => {
  assert.ok(page.includes("<title>runs/&#60;script&#62;</title>"));
  assert.ok(page.includes("\\u003c/script>")); // in the charts' JSON
  assert.equal(page.match(/<\/script>/g)!.length, 3); // the data, uPlot, our charts
});

Deno.test("renderReport() says how far the trained encoder is from its control, and marks right and wrong", () => {
  assert.ok(page.includes("Against raw pixels: linear probe 10.0 points above, kNN 2.0 points below."));
  const [trained, pixels] = data.table.rows;
  const rows = [trained!, { ...pixels!, knn: 0.7502 }];
  const level = renderReport({ ...data, table: { ...data.table, rows } });
  assert.ok(level.includes("linear probe 10.0 points above, kNN equal."));
  assert.ok(!level.includes(">+0.0<")); // 75.0 % in the table too
  const close = [{ ...trained!, knn: 0.80349 }, { ...pixels!, knn: 0.80351 }];
  const apart = renderReport({ ...data, table: { ...data.table, rows: close } });
  assert.ok(apart.includes("80.3\u00a0%") && apart.includes("80.4\u00a0%"));
  assert.ok(apart.includes("kNN 0.1 points below.") && apart.includes(">+0.1<")); // as the table reads
  assert.equal(page.match(/✓/g)!.length, 1);
  assert.equal(page.match(/✗/g)!.length, 1);
});

Deno.test("renderReport() shows one picture for each thing that there is to see", () => {
  const images = page.match(/<img /g)!.length;
  assert.equal(images, 3 + 3 + 1 + 2 * 3); // image and 2 masks; query and 2 neighbours; image; 3 maps over their image
});

Deno.test("renderReport() shows measures of features where they were taken, and a dash for one that was not", () => {
  assert.ok(!page.includes("RankMe"));
  const [trained, pixels] = data.table.rows;
  const shared = { rankMe: 3.25, effectiveRank: 4, alpha: 1.234, spread: 0.05 };
  const measured = renderReport({
    ...data,
    table: {
      ...data.table,
      rows: [
        { ...trained!, rank: { ...shared, lidar: 2, blockSpreads: [0.25, 1.5] } },
        { ...pixels!, rank: shared },
      ],
    },
  });
  const rows = [...measured.matchAll(/<tr class="(?:trained|control)">.*?<\/tr>/gs)].slice(2); // after those of accuracies
  const texts = rows.map(([row]) => [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, text]) => text));
  assert.deepEqual(texts, [
    ["trained encoder", "8", "3.3", "4.0", "2.0", "1.23", "0.0500"],
    ["raw pixels", "16", "3.3", "4.0", "–", "1.23", "0.0500"],
    ["trained encoder", "0.250", "1.50"],
  ]);
  assert.ok(measured.includes("measured on 600 training images, LiDAR by 10 views of each")); // all that there are
});
