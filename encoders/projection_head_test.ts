import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { distance, oracleOf } from "./_test_oracle.ts";
import { type HeadNorm, ProjectionHead } from "./projection_head.ts";

await useDevice("cpu");
const prng = stream({ seed: 1, name: "init" });
const vectors: Tensor2D = tf.randomNormal([6, 4], 0, 1, "float32", 2);

/** The projector; `axis` 1 normalises each row, 0 each column. */
function reference(head: ProjectionHead, x: Tensor2D, axis: 0 | 1): Tensor2D {
  const { map, norm, gelu } = oracleOf(head);
  const hidden = gelu(norm(map(x, "0"), "1", 1e-5, axis));
  return map(gelu(norm(map(hidden, "3"), "4", 1e-5, axis)), "6");
}

for (const [headNorm, axis] of [["layer", 1], ["batch", 0]] as [HeadNorm, 0 | 1][]) {
  Deno.test(`ProjectionHead with "${headNorm}" is Linear, norm and GELU twice, then a Linear without norm`, () => {
    const head = new ProjectionHead(4, 8, 3, 3, headNorm, prng);
    assert.ok(distance(head.forward(vectors), reference(head, vectors, axis)) < 1e-5); // float32, values of order 1
  });
}

Deno.test("ProjectionHead names its layers by their place in the official sequence", () => {
  const names = (numLayers: number) =>
    Object.keys(new ProjectionHead(4, 8, 3, numLayers, "layer", prng).parameters).sort();
  const both = (...layers: number[]) => layers.flatMap((i) => [`${i}.bias`, `${i}.weight`]);
  assert.deepEqual(names(1), both(0));
  assert.deepEqual(names(2), both(0, 1, 3)); // the predictor
  assert.deepEqual(names(3), both(0, 1, 3, 4, 6)); // the projector
});

Deno.test("ProjectionHead of the paper's sizes has as many parameters as the official one", () => {
  const size = (head: ProjectionHead) => Object.values(head.parameters).reduce((sum, x) => sum + x.size, 0);
  const predictor = new ProjectionHead(256, 4096, 256, 2, "layer", prng);
  assert.equal(size(predictor), 2_109_696); // 256·4096 + 4096 + 2·4096 + 4096·256 + 256
  tf.dispose(predictor.parameters);
});

Deno.test("ProjectionHead refuses to have no layers", () => {
  assert.throws(() => new ProjectionHead(4, 8, 3, 0, "layer", prng), {
    name: "RangeError",
    message: /0 layers/,
  });
});
