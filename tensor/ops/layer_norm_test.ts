import type { Tensor1D } from "@tensorflow/tfjs-core";
import { assertAgreement } from "./_agreement.ts";
import { layerNorm } from "./layer_norm.ts";
import { layerNormReference } from "./layer_norm_reference.ts";

Deno.test("layerNorm() agrees with its reference in value and gradients", async () => {
  for (const [lead, dim] of [[[3], 3], [[5], 16], [[2, 37], 67], [[300], 192]] as [number[], number][]) {
    await assertAgreement(
      (x, weight, bias) => layerNorm(x!, weight as Tensor1D, bias as Tensor1D, 1e-5),
      (x, weight, bias) => layerNormReference(x!, weight as Tensor1D, bias as Tensor1D, 1e-5),
      [[...lead, dim], [dim], [dim]],
      1e-5, // float32; short rows amplify rounding by their small spread
    );
  }
});
