import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Prng } from "@lacuna/random";
import type { Module } from "./module.ts";

/** What gives an image's patches their tokens. */
export interface PatchTokens extends Module {
  /** Its sizes, at least. */
  readonly config: { readonly dim: number; readonly depth: number };
  /**
   * What leaves the last block, without a class token and before any norm that comes after the blocks.
   * @param images [B, H, W, C], normalized pixels; all patches are seen.
   * @param dropPath Given while training: where drop path takes its numbers from. Without it nothing is dropped.
   * @returns [B, N, D].
   */
  patchTokens(images: Tensor4D, dropPath?: Prng): Tensor3D;
}

/** An encoder of patches, as probes and fine-tuning need it. */
export interface TokenEncoder extends PatchTokens {
  /**
   * The class token after the last norm, of whole images (MAE's linear probe, arXiv:2111.06377, §A.1); with class-attention blocks, the instance vector.
   * @param images [B, H, W, C], normalized pixels.
   * @returns [B, D].
   */
  classVector(images: Tensor4D): Tensor2D;
  /**
   * What each block says of whole images: the class token followed by the mean of the patches' tokens, or the mean alone where blocks have no class
   * token; without a norm (BEiT's linear evaluation, arXiv:2106.08254).
   * @param images [B, H, W, C], normalized pixels.
   * @returns depth times [B, 2D] or [B, D].
   */
  layerVectors(images: Tensor4D): Tensor2D[];
  /**
   * A copy to be trained with a task: it has parameters of its own, all trainable, positions too, and only those that `patchTokens()` reads.
   * @param dropPathRate Of its last block, in [0, 1), growing linearly from 0.
   */
  tunable(dropPathRate: number): PatchTokens;
}
