import assert from "node:assert/strict";
import { stream, uniforms } from "@lacuna/random";
import { extrema, overrideConfig, preset } from "@lacuna/pipelines";
import { AdamW, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { BufferPool } from "../tensor/native/pool.ts";
import { hasNative, notBuilt } from "./_workplace.ts";

const batchSize = 4;
const image = { height: 28, width: 28, channels: 1 };

/** Pixels of one view. */
function pixels(name: string): Float32Array {
  return uniforms(batchSize * image.height * image.width, stream({ seed: 0, name }));
}

Deno.test({
  name: `from the fourth step on, the pool has all that a step asks for${hasNative ? "" : notBuilt}`,
  ignore: !hasNative,
  fn: async () => {
    await useDevice("native");
    const config = overrideConfig(preset("tiny"), [`schedule.batchSize=${batchSize}`]);
    const { parameters, teacher, step } = extrema(config, image);
    const optimizer = new AdamW(parameters, { ...config.optimizer, decayed: () => true });
    const batch = {
      student: pixels("student"),
      teacher: pixels("teacher"),
      samples: Int32Array.from({ length: batchSize }, (_, i) => i),
      epoch: 0,
    };

    const take = BufferPool.prototype.take;
    const seen = new Set<unknown>();
    const numFresh: number[] = []; // of each step
    BufferPool.prototype.take = function (length) {
      const block = take.call(this, length);
      if (!seen.has(block)) numFresh[numFresh.length - 1]!++;
      seen.add(block);
      return block;
    };
    try {
      for (let i = 0; i < 8; i++) {
        numFresh.push(0);
        const result = step(batch, { step: i, progress: 0 });
        optimizer.step(result.grads, 0.001, { teacher, momentum: 0.9 });
        await result.loss.data();
        tf.dispose(result);
      }
    } finally {
      BufferPool.prototype.take = take;
    }
    assert.ok(numFresh[0]! > 100);
    assert.deepEqual(numFresh.slice(3), [0, 0, 0, 0, 0]);
    optimizer.dispose();
    tf.dispose([parameters, teacher]);
  },
});

Deno.test({
  name: `the teacher's forward pass saves nothing${hasNative ? "" : notBuilt}`,
  ignore: !hasNative,
  fn: async () => {
    await useDevice("native");
    const { teacherEncoder } = extrema(preset("tiny"), image);
    const images = tf.tensor4d(pixels("teacher"), [batchSize, 28, 28, 1]);
    const before = tf.memory();
    const vectors = teacherEncoder.forward(images);
    const after = tf.memory();
    assert.equal(after.numTensors, before.numTensors + 1);
    assert.equal(after.numBytes, before.numBytes + 4 * vectors.size);
    tf.dispose([images, vectors]);
  },
});
