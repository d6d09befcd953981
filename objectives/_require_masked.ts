import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/** Throws a TypeError unless pred and target are [B, N, P] alike and the mask is [B, N]. */
export function requireMasked(name: string, pred: Tensor3D, target: Tensor3D, mask: Tensor2D): void {
  if (
    `${pred.shape}` !== `${target.shape}` || pred.rank !== 3 ||
    `${mask.shape}` !== `${pred.shape.slice(0, 2)}`
  ) {
    throw new TypeError(
      `${name} cannot compare predictions [${pred.shape}] with targets [${target.shape}] by a mask [${mask.shape}]: ` +
        `pass [B, N, P] twice and [B, N]`,
    );
  }
}
