import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { relativePositionIndex } from "./_relative_position_index.ts";
import { RelativePositionBias } from "./relative_position_bias.ts";

await useDevice("cpu");
const golden = [ // of two by two patches, from BEiT's official code: the class token, then four patches
  [11, 9, 9, 9, 9],
  [10, 4, 3, 1, 0],
  [10, 5, 4, 2, 1],
  [10, 7, 6, 4, 3],
  [10, 8, 7, 5, 4],
];

Deno.test("relativePositionIndex() of two by two patches is BEiT's", () => {
  assert.deepEqual([...relativePositionIndex(2, 2)], golden.flat());
});

Deno.test("RelativePositionBias lays the table's rows out by head, query and key, and learns where they are used", () => {
  const module = new RelativePositionBias(2, 2, 3);
  const table = module.parameters.relative_position_bias_table!;
  assert.deepEqual(table.shape, [12, 3]);
  assert.equal(tf.sum(tf.abs(table)).dataSync()[0], 0);
  table.assign(tf.tensor2d(Array.from({ length: 12 }, (_, row) => [row, 100 + row, 200 + row])));
  assert.deepEqual(
    module.forward().arraySync(),
    [0, 100, 200].map((head) => golden.map((row) => row.map((r) => head + r))),
  );
  const grad = tf.variableGrads(() => tf.sum(module.forward())).grads[table.name]!;
  assert.deepEqual(
    tf.slice(grad, [0, 0], [12, 1]).dataSync<"float32">().join(),
    golden.flat().reduce(
      (counts, row) => counts.with(row, counts[row]! + 1),
      Array<number>(12).fill(0),
    ).join(),
  ); // how often each row is used
});
