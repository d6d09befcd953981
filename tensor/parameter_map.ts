import type { Variable } from "@tensorflow/tfjs-core";

/** A model's parameters by dotted name (`blocks.3.attn.qkv.weight`), flat, as a checkpoint stores them. */
export type ParameterMap = Readonly<Record<string, Variable>>;
