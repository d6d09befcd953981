import * as tf from "@tensorflow/tfjs-core";
import { attentionHeterogeneity } from "./attention_heterogeneity.ts";
import { heterogeneity } from "./heterogeneity.ts";
import type { ImageMeasure } from "./_image_measure.ts";
import type { MtoAffinity, MtoHost } from "./mto_host.ts";

/** The heterogeneity of each of a host's first stages; by attention that of the block which reads the stage, so that the last has none. */
export function stageMeasures(
  { stages, scores, mask }: MtoHost,
  affinity: MtoAffinity,
  numStages: number = stages.length,
): ImageMeasure[] {
  if (affinity === "attention") {
    return scores.slice(0, numStages).map((ofBlock) => attentionHeterogeneity(ofBlock, mask));
  }
  return stages.slice(0, numStages).map((tokens) =>
    heterogeneity(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), mask, affinity)
  );
}
