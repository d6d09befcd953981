import { type NameTable, tableUnder, weightAndBias } from "./_name_table.ts";

const attention = "attention.attention";

/** What blocks of both families have, as Hugging Face's `ViTLayer` and `BeitLayer` call it. */
const commonBlock: NameTable = weightAndBias({
  norm1: ["layernorm_before"],
  "attn.proj": ["attention.output.dense"],
  norm2: ["layernorm_after"],
  "mlp.fc1": ["intermediate.dense"],
  "mlp.fc2": ["output.dense"],
});

/** Names inside a plain block. */
export const plainBlock: NameTable = {
  ...commonBlock,
  ...weightAndBias({ "attn.qkv": [`${attention}.query`, `${attention}.key`, `${attention}.value`] }),
};

/** Names inside BEiT's, whose keys have no bias. */
export const beitBlock: NameTable = {
  ...commonBlock,
  "attn.qkv.weight": ["query", "key", "value"].map((part) => `${attention}.${part}.weight`),
  "attn.q_bias": [`${attention}.query.bias`],
  "attn.v_bias": [`${attention}.value.bias`],
  gamma_1: ["lambda_1"],
  gamma_2: ["lambda_2"],
};

/** Names of an encoder whose blocks are these. */
export function encoderNames(block: NameTable): NameTable {
  return {
    cls_token: ["embeddings.cls_token"],
    pos_embed: ["embeddings.position_embeddings"],
    ...weightAndBias({ "patch_embed.proj": ["embeddings.patch_embeddings.projection"], norm: ["layernorm"] }),
    ...tableUnder("blocks.{i}.", "encoder.layer.{i}.", block),
  };
}
