import { AdamW, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import type { ImageBatch } from "./image_batch.ts";
import { maeMethod } from "./mae.ts";

await useDevice("wasm");
const image = { height: 28, width: 28, channels: 1 };

/** Eight images of waves, each with its own direction and length. */
function waves(): ImageBatch {
  const images = Float32Array.from({ length: 8 * 784 }, (_, at) => {
    const [sample, row, column] = [Math.floor(at / 784), Math.floor(at % 784 / 28), at % 28];
    const angle = sample * Math.PI / 8;
    return Math.sin((Math.cos(angle) * column + Math.sin(angle) * row) * (0.25 + 0.05 * sample));
  });
  return { images, samples: Int32Array.from({ length: 8 }, (_, sample) => sample), epoch: 0 };
}

Deno.test("MAE learns one batch of eight images by heart: in 300 steps the loss of hidden patches falls below a fifth", () => {
  const pipeline = maeMethod.pipeline({
    ...maeMethod.presets.tiny!,
    encoder: { patchSize: 7, dim: 32, depth: 2, numHeads: 2, mlpRatio: 2 },
    decoder: { dim: 32, depth: 1, numHeads: 2 },
  }, image);
  const batch = waves();
  const optimizer = new AdamW(pipeline.parameters, {
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0,
    decayed: () => false,
  });
  const losses: number[] = [];
  for (let step = 0; step < 300; step++) {
    const { loss, grads, metrics, targets } = pipeline.step(batch, { step, progress: step / 300 });
    losses.push(loss.dataSync()[0]!);
    optimizer.step(grads, 3e-3, { teacher: pipeline.teacher, momentum: 1 });
    tf.dispose([loss, grads, metrics, targets]);
  }
  assert.ok(losses.at(-1)! < 0.2 * losses[0]!, `${losses[0]} … ${losses.at(-1)}`);
});
