import type { Tensor } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { l2NormalizeReference } from "./l2_normalize_reference.ts";

/**
 * Scales every vector of the last axis to unit length (BYOL, arXiv:2006.07733, §3.1).
 * @param x [..., D].
 * @param epsilon The least length to divide by, > 0, so that a zero vector stays zero.
 * @returns The same shape, as one tape entry where the device has the kernel.
 */
export function l2Normalize<T extends Tensor>(x: T, epsilon = 1e-12): T {
  if (!hasFusedKernel("L2Normalize")) return l2NormalizeReference(x, epsilon);
  const [y] = tapeEntry(
    [x],
    (save) => {
      const [y, norm] = runFusedKernel("L2Normalize", { x }, { epsilon });
      save([y!, norm!]);
      return [y!];
    },
    ([dy], [y, norm]) => runFusedKernel("L2NormalizeGrad", { dy: dy!, y: y!, norm: norm! }, { epsilon }),
  );
  return y as T;
}
