import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { dropPathAddReference } from "./drop_path_add_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/**
 * A residual sum whose branch is dropped or rescaled sample by sample (stochastic depth, arXiv:1603.09382, §3).
 * @param x [B, N, D].
 * @param branch [B, N, D].
 * @param scale [B], a constant: 0 drops the branch of a sample, 1 / (1 − rate) keeps it.
 * @returns x + scale · branch [B, N, D], as one tape entry where the device has the kernel.
 * @throws {TypeError} If the shapes do not fit together.
 */
export function dropPathAdd(x: Tensor3D, branch: Tensor3D, scale: Tensor1D): Tensor3D {
  if (!tf.util.arraysEqual(x.shape, branch.shape) || scale.shape[0] !== x.shape[0]) {
    throw new TypeError(
      `Cannot add branch [${branch.shape}] with scales [${scale.shape}] to x [${x.shape}]: ` +
        "branch needs the shape of x, and scale one number a sample",
    );
  }
  if (!hasFusedKernel("DropPathAdd")) return dropPathAddReference(x, branch, scale);
  const [y] = tapeEntry(
    [x, branch],
    (save) => {
      save([scale]);
      return runFusedKernel("DropPathAdd", { x, branch, scale });
    },
    ([dy], [scale]) => [tf.clone(dy!), ...runFusedKernel("DropPathAddGrad", { dy: dy!, scale: scale! })],
  );
  return y as Tensor3D;
}
