import { layerNorm, useDevice } from "@lacuna/tensor";
import type { Tensor1D } from "@tensorflow/tfjs-core";
import { layerNormReference } from "../tensor/ops/layer_norm_reference.ts";
import { benchOp } from "./_bench_op.ts";
import { normalTensor } from "./_normal_tensor.ts";

await useDevice("native");

benchOp(
  "layerNorm [4096, 192]",
  (x, weight, bias) => layerNorm(x!, weight as Tensor1D, bias as Tensor1D, 1e-6),
  (x, weight, bias) => layerNormReference(x!, weight as Tensor1D, bias as Tensor1D, 1e-6),
  [normalTensor([4096, 192], "x"), normalTensor([192], "weight"), normalTensor([192], "bias")],
);
