import * as tf from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";
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
  return tf.customGrad((x, branch, save) => {
    const inputs = { x: x as Tensor3D, branch: branch as Tensor3D, scale };
    (save as GradSaveFunc)([scale]);
    const gradFunc = (dy: Tensor, [scale]: Tensor[]) => [
      tf.clone(dy),
      ...runFusedKernel("DropPathAddGrad", { dy, scale: scale! }),
    ];
    return { value: runFusedKernel("DropPathAdd", inputs)[0]!, gradFunc };
  })(x, branch) as Tensor3D;
}
