/**
 * Masked token optimization (MTO, arXiv:2404.08330), **reconstructed** from what is public of it: terms that any host with mask tokens can add
 * to its loss, and the measures behind them. What a host is without any of them, `@lacuna/objectives/heterogeneity-profile` shows.
 *
 * @example How unlike masked tokens are to visible ones
 * ```ts
 * import assert from "node:assert/strict";
 * import { heterogeneity } from "@lacuna/objectives/mto";
 * import { useDevice } from "@lacuna/tensor";
 * import * as tf from "@tensorflow/tfjs-core";
 * await useDevice("cpu");
 * const tokens = tf.tensor3d([[[3, 1], [0, 4], [2, 0]]]); // two visible tokens and a masked one
 * const { values } = heterogeneity(tokens, tf.tensor2d([[0, 0, 1]]), "scaledDot");
 * assert.ok(Math.abs(values.dataSync()[0]! - 0.10729) < 1e-5); // it resembles the first
 * ```
 *
 * @module
 */
export { attentionHeterogeneity } from "./attention_heterogeneity.ts";
export { checkMtoStages } from "./check_mto_stages.ts";
export { excludeBias } from "./exclude_bias.ts";
export { heterogeneity, type TokenAffinity } from "./heterogeneity.ts";
export type { ImageMeasure } from "./_image_measure.ts";
export type { MtoAffinity, MtoHost } from "./mto_host.ts";
export { mtoLoss, type MtoOptions } from "./mto_loss.ts";
export { type MtoPreset, mtoPresets } from "./mto_presets.ts";
export { mtoReadsScores } from "./mto_reads_scores.ts";
export { type MtoRecalibration, type VisibleAttention, visibleAttention } from "./visible_attention.ts";
