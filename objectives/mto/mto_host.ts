import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { TokenAffinity } from "./heterogeneity.ts";

/** What a host that has mask tokens shows of a forward pass, as `forwardStages()` of an encoder with mask tokens does. */
export type MtoHost = {
  /** S + 1 times [B, 1 + N, D], class token first: what enters the first block that sees both kinds of token, then what leaves each. */
  readonly stages: readonly Tensor3D[];
  /** S times [B, heads, 1 + N, 1 + N]: each of these blocks' attention before the softmax; empty where nothing reads it. */
  readonly scores: readonly Tensor4D[];
  /** [B, N], 1 = masked. */
  readonly mask: Tensor2D;
};

/** How alike two tokens are, by themselves or by the scores of the block that they enter, which are one fewer than the stages. */
export type MtoAffinity = TokenAffinity | "attention";
