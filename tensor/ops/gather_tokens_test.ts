import assert from "node:assert/strict";
import { choice, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, testedDevices } from "./_agreement.ts";
import { gatherTokens } from "./gather_tokens.ts";
import { gatherTokensReference } from "./gather_tokens_reference.ts";

Deno.test("gatherTokens() picks by row modulo the batch size", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const tokens = tf.tensor3d([[[0], [1], [2]], [[10], [11], [12]]]); // [2, 3, 1]
    const keep = tf.tensor2d([[2, 0], [1, 1], [0, 1], [2, 0]], [4, 2], "int32"); // two masks of two samples
    assert.deepEqual([...gatherTokens(tokens, keep).dataSync()], [2, 0, 11, 11, 0, 1, 12, 10], device);
  }
});

Deno.test("gatherTokens() agrees with its reference in value and gradient, where masks overlap as well", async () => {
  for (
    const [batchSize, numTokens, dim, numMasks, numVisible] of [[2, 9, 5, 3, 4], [5, 16, 33, 4, 4]] as const
  ) {
    const rows = Array.from({ length: numMasks * batchSize }, (_, sample) => [
      ...choice(numTokens, numVisible, stream({ seed: 1, name: "keep", sample })),
    ]);
    const keep = () => tf.tensor2d(rows, [rows.length, numVisible], "int32");
    await assertAgreement(
      (tokens) => gatherTokens(tokens as Tensor3D, keep()),
      (tokens) => gatherTokensReference(tokens as Tensor3D, keep()),
      [[batchSize, numTokens, dim]],
      1e-6, // sums of at most three terms
    );
  }
});

Deno.test("gatherTokens() refuses float indices, and rows that do not divide among the samples", async () => {
  await useDevice("cpu");
  const tokens: Tensor3D = tf.zeros([2, 3, 4]);
  assert.throws(() => gatherTokens(tokens, tf.zeros([2, 1])), { name: "TypeError", message: /int32/ });
  assert.throws(() => gatherTokens(tokens, tf.zeros([3, 1], "int32")), {
    name: "TypeError",
    message: /multiple of 2/,
  });
});

nativeTest("gatherTokens() on the native device refuses an index outside the tokens", async () => {
  await useDevice("native");
  const [tokens, keep]: [Tensor3D, tf.Tensor2D] = [tf.zeros([1, 3, 4]), tf.tensor2d([[3]], [1, 1], "int32")];
  const before = tf.backend().numDataIds();
  assert.throws(() => gatherTokens(tokens, keep), { name: "RangeError", message: /outside 0…2/ });
  assert.equal(tf.backend().numDataIds(), before);
});
