import { VisibleTransformer } from "@lacuna/encoders";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { overrideConfig } from "./config.ts";
import { data2vec2Method } from "./data2vec2.ts";
import type { ImageBatch } from "./image_batch.ts";

await useDevice("wasm");
const image = { height: 28, width: 28, channels: 1 };
const batch: ImageBatch = {
  images: tf.randomNormal([4, 28, 28, 1], 0, 1, "float32", 1).dataSync<"float32">(),
  samples: Int32Array.of(0, 1, 2, 3),
  epoch: 0,
};

/** Rows and tokens of each pass of an encoder during `run`, and what the feed-forward halves said in passes over whole images, the teacher's. */
function passesIn(run: () => void): { readonly sizes: number[][]; readonly taught: Float32Array[] } {
  const sizes: number[][] = [], taught: Float32Array[] = [];
  const { forward } = VisibleTransformer.prototype;
  VisibleTransformer.prototype.forward = function (...args) {
    const output = forward.apply(this, args);
    sizes.push(output.tokens.shape.slice(0, 2));
    if (!args[1]) taught.push(tf.concat([...output.ffns], 1).dataSync<"float32">());
    return output;
  };
  try {
    run();
  } finally {
    VisibleTransformer.prototype.forward = forward;
  }
  return { sizes, taught };
}

for (const numMasks of [1, 2, 5]) {
  Deno.test(`data2vec 2.0's teacher sees each image once for ${numMasks} masks, the student 4 of 16 patches of each`, () => {
    const config = overrideConfig(
      data2vec2Method.presets.tiny!,
      [`masks.numMasks=${numMasks}`],
      data2vec2Method.parse,
    );
    const pipeline = data2vec2Method.pipeline(config, image);
    const { sizes } = passesIn(() => pipeline.step(batch, { step: 0, progress: 0 }));
    assert.deepEqual(sizes, [[4, 1 + 16], [4 * numMasks, 1 + 4]]); // ⌊16 · (1 − 0.75)⌋ and the class token
  });
}

Deno.test("data2vec 2.0's teacher says the same whatever is masked, at every step", () => {
  const pipeline = data2vec2Method.pipeline(data2vec2Method.presets.tiny!, image);
  const losses: number[] = [];
  const taughtAt = (of: ImageBatch, step: number) =>
    passesIn(() => losses.push(pipeline.step(of, { step, progress: 0 }).loss.dataSync()[0]!)).taught[0]!;
  const first = taughtAt(batch, 0);
  const others = [taughtAt(batch, 1), taughtAt({ ...batch, epoch: 1 }, 0)];
  for (const other of others) assert.ok(other.every((value, i) => value === first[i]));
  assert.equal(new Set(losses).size, 3); // another noise, other masks
});
