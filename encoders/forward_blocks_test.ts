import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { stream, substream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { Block } from "./block.ts";
import { forwardBlocks } from "./forward_blocks.ts";

await useDevice("cpu");

Deno.test("forwardBlocks() is one block's forward() after the other, to the bit, and leaves nothing behind", () => {
  const config = { dim: 8, numHeads: 2, mlpRatio: 2, dropPathRate: 0.5 };
  const blocks = ["a", "b", "c"].map((name) => new Block(config, stream({ seed: 1, name })));
  const tokens: Tensor3D = tf.randomNormal([6, 5, 8], 0, 1, "float32", 7);
  for (const dropPath of [undefined, stream({ seed: 2, name: "drop-path", step: 9 })]) {
    const before = tf.memory().numTensors;
    const actual = forwardBlocks(blocks, tokens, dropPath);
    assert.equal(tf.memory().numTensors, before + 1);
    const expected = blocks.reduce(
      (x, block, i) => block.forward(x, dropPath && substream(dropPath, `blocks.${i}`)),
      tokens,
    );
    assert.deepEqual(actual.dataSync(), expected.dataSync());
  }
});
