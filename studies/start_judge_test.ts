import assert from "node:assert/strict";
import { PatchTransformer } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { halves } from "./_halves.ts";
import { StartJudge } from "./start_judge.ts";

await useDevice("wasm");

Deno.test("StartJudge judges alike starts once, and others anew", async () => {
  const images = {
    train: halves("train", 64),
    validation: halves("validation", 40),
    test: halves("test", 40),
  };
  const model = (name: string) => {
    const encoder = new PatchTransformer(
      {
        ...{ imageHeight: 8, imageWidth: 8, channels: 1, patchSize: 4, dim: 8, depth: 2, numHeads: 2 },
        ...{ mlpRatio: 2, dropPathRate: 0, family: "vit", layerScaleInit: 0, maskToken: false },
      },
      stream({ seed: 0, name }),
    );
    return {
      encoder,
      represent: (batch: tf.Tensor4D) => tf.mean<tf.Tensor2D>(encoder.patchTokens(batch), 1),
    };
  };
  const starts = new StartJudge(images, { protocols: ["ridge", "knn"] });
  const first = await starts.judge(model("init"));
  const alike = model("init");
  const { numTensors } = tf.memory();
  assert.equal(await starts.judge(alike), first);
  assert.equal(tf.memory().numTensors, numTensors);
  assert.notEqual(await starts.judge(model("other init")), first);
  const { encoder } = model("init"); // the same weights, read otherwise
  assert.notEqual(await starts.judge({ encoder, represent: (batch) => encoder.classVector(batch) }), first);
});
