import assert from "node:assert/strict";
import { CollapseWatch } from "./collapse_watch.ts";
import { testConfig } from "./_test_config.ts";

const config = testConfig("heads.usePredictor=false", "heads.norm=layer");
const line = { step: 30, epoch: 1, loss: 0.1, learningRate: 1e-3, imagesPerSecond: 100, dataShare: 0 };
const constant = { ...line, meanCosine: 0.9999, spread: 0.001 }; // 0.05/√64 = 0.00625
const common = { ...line, meanCosine: 0.995, spread: 0.0088 }; // √(0.005/64): alike, but told apart
const healthy = { ...line, meanCosine: 0.1, spread: 0.12 };

Deno.test("CollapseWatch speaks at the fifth collapsed measurement in a row", () => {
  const watch = new CollapseWatch(64, config);
  const seen = [
    constant,
    constant,
    constant,
    healthy,
    constant,
    constant,
    line,
    constant,
    constant,
    constant,
    constant,
  ]
    .map((next) => watch.add(next));
  assert.equal(seen.indexOf(true), 9); // after the healthy one: four, a step without measures, the fifth
  assert.equal(seen.at(-1), true);
  assert.match(
    watch.message,
    /collapsed by step 30.*mean cosine of 0\.9999.*spread of 1\.0e-3 where 0\.125 is healthy/,
  );
  assert.match(
    watch.message,
    /another run folder \(--run\): the predictor \(heads\.usePredictor=true\), batch norm in the heads \(heads\.norm=batch\), a lower optimizer\.learningRate \(now 0\.1\), a schedule\.momentum nearer 1 \(now 0\.99\)$/,
  );
});

Deno.test("CollapseWatch lets outputs around a common direction pass", () => {
  const watch = new CollapseWatch(64, config);
  assert.ok(Array.from({ length: 20 }, () => watch.add(common)).every((collapsed) => !collapsed));
});

Deno.test("CollapseWatch advises nothing that is done already", () => {
  const watch = new CollapseWatch(64, testConfig("heads.norm=batch"));
  watch.add(constant);
  assert.match(watch.message, /\(--run\): a lower optimizer\.learningRate/);
});
