import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { assertAgreement } from "./_agreement.ts";
import { batchNorm } from "./batch_norm.ts";
import { batchNormReference } from "./batch_norm_reference.ts";

Deno.test("batchNorm() agrees with its reference in value and gradients", async () => {
  for (const [rows, dim] of [[4, 3], [64, 16], [257, 90], [9, 1100]] as [number, number][]) {
    await assertAgreement(
      (x, weight, bias) => batchNorm(x as Tensor2D, weight as Tensor1D, bias as Tensor1D, 1e-5),
      (x, weight, bias) => batchNormReference(x as Tensor2D, weight as Tensor1D, bias as Tensor1D, 1e-5),
      [[rows, dim], [dim], [dim]],
      1e-5, // float32, sums over rows
    );
  }
});
