import { AdamW, type AdamWOptions, type ParameterMap } from "@lacuna/tensor";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";

/**
 * Share of the learning rate that a parameter has under layer decay, decay^(depth + 1 − layer): layer 0 are the embeddings, i + 1 is block i, and
 * depth + 1 what comes after the blocks, with BEiT's shared relative positions (BEiT, arXiv:2106.08254, and MAE, arXiv:2111.06377, released codes).
 * @param name Dotted name, as in `blocks.0.attn.qkv.weight`; `head.…` and `fc_norm.…` come after the blocks.
 * @param depth Number of blocks.
 * @param decay In (0, 1]; 0.65 for base models.
 */
export function layerDecayScale(name: string, depth: number, decay: number): number {
  const block = /^blocks\.(\d+)\./.exec(name);
  const isLast = /^(head|fc_norm|rel_pos_bias)\./.test(name);
  const layer = block ? Number(block[1]) + 1 : isLast ? depth + 1 : 0;
  return decay ** (depth + 1 - layer);
}

/** AdamW whose learning rate, and with it the weight decay, falls from layer to layer; see {@linkcode layerDecayScale}. */
export class LayerDecayAdamW {
  readonly #groups: readonly { readonly scale: number; readonly optimizer: AdamW }[];

  /**
   * Starts with zero moments.
   * @param parameters What moves.
   * @param depth Number of blocks.
   * @param decay In (0, 1]; 1 for one rate everywhere.
   * @param options Of every layer's AdamW.
   */
  constructor(parameters: ParameterMap, depth: number, decay: number, options: AdamWOptions) {
    const byScale = new Map<number, Record<string, Variable>>();
    for (const [name, parameter] of Object.entries(parameters)) {
      const scale = layerDecayScale(name, depth, decay);
      byScale.set(scale, { ...byScale.get(scale), [name]: parameter });
    }
    this.#groups = [...byScale].map(([scale, group]) => ({ scale, optimizer: new AdamW(group, options) }));
  }

  /**
   * One update.
   * @param grads A gradient of the parameter's shape for every trainable parameter, by name.
   * @param learningRate ≥ 0, of the last layer.
   * @throws {TypeError} If a gradient is missing or has not its parameter's shape.
   */
  step(grads: Readonly<Record<string, Tensor>>, learningRate: number): void {
    for (const { scale, optimizer } of this.#groups) optimizer.step(grads, scale * learningRate);
  }

  /** Frees the moments. */
  dispose(): void {
    for (const { optimizer } of this.#groups) optimizer.dispose();
  }
}
