import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { copyParameters } from "./copy_parameters.ts";
import { freeze } from "./freeze.ts";
import { Linear } from "./linear.ts";

await useDevice("cpu");

Deno.test("copyParameters() copies every value, to frozen parameters too", () => {
  const [student, teacher] = [1, 2].map((seed) => new Linear(3, 4, stream({ seed, name: "init" }))) as [
    Linear,
    Linear,
  ];
  freeze(teacher.parameters);
  assert.notDeepEqual(teacher.parameters.weight!.dataSync(), student.parameters.weight!.dataSync());
  copyParameters(student.parameters, teacher.parameters);
  assert.deepEqual(teacher.parameters.weight!.dataSync(), student.parameters.weight!.dataSync());
});

Deno.test("copyParameters() shares no memory: a later change of the source leaves the copy alone", () => {
  const [from, to] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3, 4]))];
  copyParameters({ x: from }, { x: to });
  from.dataSync()[0] = 7; // as a kernel that writes in place
  assert.deepEqual([...to.dataSync()], [1, 2]);
});

Deno.test("copyParameters() names the parameter that the source lacks", () => {
  const weight = tf.variable(tf.tensor1d([1]));
  assert.throws(() => copyParameters({}, { "norm.weight": weight }), {
    name: "TypeError",
    message: /norm\.weight/,
  });
});
