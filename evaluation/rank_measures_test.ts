import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import { lidar } from "./lidar.ts";
import { rankMeasures } from "./rank_measures.ts";

Deno.test("rankMeasures() of the axes of a cube count its directions", () => {
  const values = Float32Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1); // mean 0
  const { rankMe, effectiveRank } = rankMeasures({ values, dim: 3 });
  assert.ok(Math.abs(rankMe - 3) < 1e-9 && Math.abs(effectiveRank - 3) < 1e-9);
});

Deno.test("rankMeasures() of a constant output is 1, and RankMe of one on top of others lower than without it", () => {
  const constant = rankMeasures({ values: new Float32Array(30).fill(2), dim: 3 });
  assert.ok(Math.abs(constant.rankMe - 1) < 1e-6);
  const values = normals(400 * 8, stream({ seed: 0, name: "values" }));
  const shifted = values.map((x) => x + 5);
  assert.ok(rankMeasures({ values, dim: 8 }).rankMe > 7.9);
  const { rankMe, effectiveRank } = rankMeasures({ values: shifted, dim: 8 });
  assert.ok(rankMe < 6 && effectiveRank > 7.9);
});

Deno.test("rankMeasures() of fewer rows than columns are those of the same rows several times over", () => {
  const dim = 12, rows = normals(7 * dim, stream({ seed: 0, name: "wide" })).map((z) => z + 1);
  const values = Float32Array.from([...rows, ...rows, ...rows]); // 21 rows: by the products of columns, not of rows
  const [few, many] = [rankMeasures({ values: rows, dim }), rankMeasures({ values, dim })];
  for (const name of ["rankMe", "effectiveRank", "alpha"] as const) {
    // the square root makes 1e-8 of the eigenvalues' 1e-16 that should be 0, several times over
    assert.ok(Math.abs(few[name] - many[name]) < 1e-5, `${name}: ${few[name]} is not ${many[name]}`);
  }
  assert.ok(few.rankMe <= 7 && few.effectiveRank <= 6); // a mean takes one away
});

Deno.test("rankMeasures() finds the power of a spectrum", () => {
  const dim = 24, numRows = 4000;
  for (const alpha of [0.5, 1, 2]) {
    const drawn = normals(numRows * dim, stream({ seed: 0, name: "spectrum" }));
    const values = drawn.map((z, at) => z * (at % dim + 1) ** (-alpha / 2));
    const found = rankMeasures({ values, dim }).alpha;
    assert.ok(Math.abs(found - alpha) < 0.08, `${found} is not ${alpha}`); // 4,000 rows
  }
  assert.ok(Number.isNaN(rankMeasures({ values: Float32Array.of(1, 2), dim: 1 }).alpha));
  assert.throws(() => rankMeasures({ values: Float32Array.of(1, 2), dim: 2 }), RangeError);
  assert.throws(() => rankMeasures({ values: Float32Array.of(1, NaN), dim: 1 }), RangeError);
});

Deno.test("lidar() counts the directions that tell images apart, not those of their views", () => {
  const dim = 6, numImages = 400, numViews = 8;
  const means = normals(numImages * dim, stream({ seed: 0, name: "means" }));
  const noise = normals(numImages * numViews * dim, stream({ seed: 0, name: "views" }));
  const views = noise.map((z, at) => {
    const d = at % dim, image = Math.floor(at / dim / numViews);
    return d < 3 ? means[image * dim + d]! + 0.01 * z : 10 * z; // three directions of images, three of views alone
  });
  const found = lidar(views, dim, numViews);
  assert.ok(found > 2.9 && found < 3.1, `${found}`);
  assert.throws(() => lidar(views, dim, 1), RangeError);
  assert.throws(() => lidar(views, 7, numViews), RangeError);
});
