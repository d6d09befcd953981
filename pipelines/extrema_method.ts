import { extremaViews } from "@lacuna/data/augment";
import { type ExtremaConfig, parseConfig } from "./config.ts";
import { toViewsBatch } from "./crop_views.ts";
import { extrema } from "./extrema.ts";
import type { Method } from "./method.ts";
import { presets } from "./presets.ts";
import type { ViewsBatch } from "./views_batch.ts";

/** ExtreMA (arXiv:2206.04667) as a method that can be run. */
export const extremaMethod: Method<ExtremaConfig, ViewsBatch> = {
  name: "extrema",
  title: "ExtreMA",
  presets,
  parse: parseConfig,
  describe: ({ augment, encoder, heads, masks, target }) => {
    const { patchSize, dim, depth, numHeads } = encoder;
    return `patch ${patchSize}, width ${dim}, depth ${depth}, ${numHeads} heads; ${masks.numMasks} ${masks.kind} masks of ` +
      [
        `${100 * masks.ratio} %; ${heads.norm} norm in the heads`,
        ...heads.usePredictor ? [] : ["no predictor"],
        ...augment.crops === "shared" ? [] : ["crops of their own"],
        ...target.source === "teacher" ? [] : ["no teacher"],
      ].join(", ");
  },
  views: ({ augment: { minScale, flipProbability, jitter, jitterProbability, crops } }) => {
    const { shared = [], views } = extremaViews({ // one crop and flip an image, then colours of each branch's own
      minScale,
      flipProbability,
      jitter: { brightness: jitter, contrast: jitter, probability: jitterProbability },
      grayscaleProbability: 0,
    });
    const names = ["student", "teacher"];
    return crops === "shared"
      ? { shared, views, names, minScale }
      : { views: views.map((colours) => [...shared, ...colours]), names, minScale };
  },
  toBatch: toViewsBatch,
  pipeline: extrema,
};
