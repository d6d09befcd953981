import { methodNamed, type MethodPipeline, type StepResult } from "@lacuna/pipelines";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { draw } from "./_draw.ts";

const image = { height: 28, width: 28, channels: 1 };

/** Four images of waves of their own lengths, with noise: batch norms want images that differ. */
function pixels(name: string): Float32Array {
  const noise = normals(4 * 784, stream({ seed: 0, name }));
  return noise.map((z, i) => 0.3 * z + Math.sin(i % 784 * (0.1 + 0.05 * Math.floor(i / 784))));
}

/**
 * A method's pipeline at its preset for tests, away from the zeros and ones of its start, and its step on a batch that is always the same.
 * @param change What its config has otherwise.
 */
export function methodStep(
  name: string,
  change: object = {},
): { pipeline: MethodPipeline<unknown>; step: () => StepResult } {
  const method = methodNamed(name);
  const pipeline = method.pipeline({ ...method.presets.tiny!, ...change }, image);
  const views = { images: pixels("images"), student: pixels("student"), teacher: pixels("teacher") };
  const batch = method.toBatch(views, { samples: Int32Array.of(0, 1, 2, 3), epoch: 0 });
  for (const [key, parameter] of Object.entries(pipeline.parameters)) {
    if (parameter.trainable) {
      parameter.assign(tf.add(parameter, tf.mul(draw(key, ...parameter.shape), 0.1)));
    }
  }
  return { pipeline, step: () => pipeline.step(batch, { step: 0, progress: 0.5 }) };
}
