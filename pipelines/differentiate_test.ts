import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { differentiate } from "./differentiate.ts";

await useDevice("cpu");

Deno.test("differentiate() lets the teacher speak before anything is recorded, and keeps its result alone", () => {
  const weight = tf.variable(tf.tensor1d([3, 4]));
  const isRecorded = () => tf.engine().state.gradientDepth > 0;
  const recorded: boolean[] = [];
  const before = tf.memory().numTensors;
  const { loss, grads, targets, metrics } = differentiate(
    { weight },
    ({ outputs, others }) => {
      recorded.push(isRecorded());
      const distance = tf.sum(tf.squaredDifference(weight, tf.sum(outputs, 0)));
      return {
        loss: tf.add(distance, tf.mean(others)) as tf.Scalar,
        metrics: { distance: distance.clone() as tf.Scalar },
        targets: outputs,
      };
    },
    () => {
      recorded.push(isRecorded());
      return { outputs: tf.ones<tf.Rank.R2>([1, 2]), others: tf.ones([5]) };
    },
  );
  assert.deepEqual(recorded, [false, true]);
  assert.equal(loss.dataSync()[0], 14); // 2² + 3² + 1
  assert.deepEqual([...grads.weight!.dataSync()], [4, 6]); // 2 · (3 − 1), 2 · (4 − 1)
  assert.deepEqual([...targets.dataSync()], [1, 1]);
  assert.equal((metrics.distance as tf.Scalar).dataSync()[0], 13);
  assert.equal(tf.memory().numTensors, before + 4); // loss, gradient, targets and the metric
});
