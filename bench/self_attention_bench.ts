import { selfAttention, useDevice } from "@lacuna/tensor";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { selfAttentionReference } from "../tensor/ops/self_attention_reference.ts";
import { benchOp } from "./_bench_op.ts";
import { normalTensor } from "./_normal_tensor.ts";

await useDevice("native");

const numHeads = 3;
benchOp(
  "selfAttention [128, 50, 3 · 64], 4 heads, with a bias",
  (qkv, bias) => selfAttention(qkv as Tensor3D, 4, bias as Tensor3D),
  (qkv, bias) => selfAttentionReference(qkv as Tensor3D, 4, bias as Tensor3D),
  [normalTensor([128, 50, 3 * 64], "qkv"), normalTensor([4, 50, 50], "bias")],
);
for (const [batchSize, numTokens] of [[256, 16], [64, 64]] as const) { // the student's four masks; the teacher's whole image
  benchOp(
    `selfAttention [${batchSize}, ${numTokens}, 3 · 192], ${numHeads} heads`,
    (qkv) => selfAttention(qkv as Tensor3D, numHeads),
    (qkv) => selfAttentionReference(qkv as Tensor3D, numHeads),
    [normalTensor([batchSize, numTokens, 3 * 192], "qkv")],
  );
}
