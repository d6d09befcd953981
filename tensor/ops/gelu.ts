import type { Tensor } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { geluReference } from "./gelu_reference.ts";

/**
 * The exact Gaussian error linear unit, x · Φ(x) with the erf form of Φ (arXiv:1606.08415, §2), not its tanh approximation.
 * @param x Any shape.
 * @returns The same shape, as one tape entry where the device has the kernel.
 */
export function gelu<T extends Tensor>(x: T): T {
  if (!hasFusedKernel("Gelu")) return geluReference(x);
  const [y] = tapeEntry(
    [x],
    (save) => {
      save([x]);
      return runFusedKernel("Gelu", { x });
    },
    ([dy], [x]) => runFusedKernel("GeluGrad", { dy: dy!, x: x! }),
  );
  return y as T;
}
