import { linear, useDevice } from "@lacuna/tensor";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { linearReference } from "../tensor/ops/linear_reference.ts";
import { benchOp } from "./_bench_op.ts";
import { normalTensor } from "./_normal_tensor.ts";

await useDevice("native");

benchOp(
  "linear [4096, 192] · [192, 768]",
  (x, weight, bias) => linear(x!, weight as Tensor2D, bias as Tensor1D),
  (x, weight, bias) => linearReference(x!, weight as Tensor2D, bias as Tensor1D),
  [normalTensor([4096, 192], "x"), normalTensor([192, 768], "weight"), normalTensor([768], "bias")],
);
