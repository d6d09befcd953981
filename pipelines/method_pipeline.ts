import type { TokenEncoder } from "@lacuna/encoders";
import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Pipeline } from "./pipeline.ts";

/** A pipeline that says what is evaluated. */
export type MethodPipeline<Batch> = Pipeline<Batch> & {
  /** What is fine-tuned, and whose tokens are probed: the student's encoder. */
  readonly encoder: TokenEncoder;
  /**
   * The vectors of whole images that a probe reads.
   * @param images [B, H, W, C] normalized pixels.
   * @returns [B, D].
   */
  represent(images: Tensor4D): Tensor2D;
  /** Whose vectors those are; the "student"'s if left out. */
  readonly representedBy?: "student" | "teacher";
  /**
   * Where the vector looks, for methods that pool by attention.
   * @param images [B, H, W, C] normalized pixels.
   * @returns [B, heads, N] in [0, 1].
   */
  attentionMap?(images: Tensor4D): Tensor3D;
  /** What each mask of a sample leaves visible in an epoch, patches counted row by row. */
  visibleParts(address: { readonly epoch: number; readonly sample: number }): Int32Array[];
};
