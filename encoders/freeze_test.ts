import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { freeze } from "./freeze.ts";
import { Linear } from "./linear.ts";

await useDevice("cpu");

Deno.test("freeze() leaves a teacher without gradients and the student with all of its own", () => {
  const [teacher, student] = [1, 2].map((seed) => new Linear(2, 2, stream({ seed, name: "init" }))) as [
    Linear,
    Linear,
  ];
  freeze(teacher.parameters);
  const x = tf.ones<tf.Rank.R2>([3, 2]);
  const { grads } = valueAndGrads(
    () => tf.sum<tf.Scalar>(tf.squaredDifference(student.forward(x), teacher.forward(x))),
    { "student.weight": student.parameters.weight!, "teacher.weight": teacher.parameters.weight! },
  );
  assert.deepEqual(Object.keys(grads), ["student.weight"]);
});
