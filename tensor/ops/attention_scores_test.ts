import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, testedDevices } from "./_agreement.ts";
import { attentionScores } from "./attention_scores.ts";
import { attentionScoresReference } from "./attention_scores_reference.ts";

Deno.test("attentionScores() agrees with its reference in value and gradient", async () => {
  for (
    const [batchSize, numTokens, dim, numHeads] of [[1, 1, 1, 1], [2, 5, 12, 3], [3, 50, 64, 4], [
      1,
      130,
      20,
      2,
    ]] as const
  ) {
    await assertAgreement(
      (qkv) => attentionScores(qkv as Tensor3D, numHeads),
      (qkv) => attentionScoresReference(qkv as Tensor3D, numHeads),
      [[batchSize, numTokens, 3 * dim]],
      1e-5, // float32, sums of up to 130 terms
    );
  }
});

Deno.test("attentionScores() of a worked example", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const qkv = tf.tensor3d([[[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1], [0, 1, 2, 2, 1, 1, 0, 2, 9, 9, 9, 9]]]); // 2 heads of 2
    const dots = [17, 3, 6, 1, 53, 8, 30, 4]; // such as 1 · 5 + 2 · 6; values count for nothing
    for (const [i, x] of attentionScores(qkv, 2).dataSync().entries()) {
      assert.ok(Math.abs(x - dots[i]! / Math.SQRT2) < 1e-5, device);
    }
  }
});

Deno.test("attentionScores() refuses heads that do not divide the tokens", () => {
  assert.throws(() => attentionScores(tf.zeros([1, 2, 9]), 2), RangeError);
});
