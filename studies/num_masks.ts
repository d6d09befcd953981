import type { Study } from "./study.ts";

const settings = ["encoder.patchSize=4", "masks.ratio=0.75"];
const masks = (kind: "independent" | "disjoint", numMasks: number) => ({
  name: `${numMasks}-${kind}`,
  method: "extrema",
  settings: [...settings, `masks.kind=${kind}`, `masks.numMasks=${numMasks}`],
});

/** ExtreMA's number of masks an image, after the same steps or after the same time. */
export function numMasks(equal: "steps" | "time"): Study {
  return {
    name: equal === "steps" ? "num-masks" : "num-masks-time",
    title: `ExtreMA: masks an image, the same ${equal}`,
    claim:
      "ExtreMA (arXiv:2206.04667) takes several masks of each image in a step, which share the teacher's pass, and draws " +
      "them disjoint. Several masks cost more a step: they should win after the same time, not only after the same steps.",
    arms: [
      masks("disjoint", 1),
      masks("disjoint", 2),
      masks("independent", 2),
      masks("disjoint", 4),
      masks("independent", 4),
    ],
    numSeeds: 3,
    length: equal === "steps" ? { epochs: 8 } : { seconds: 40 },
    numProbes: 8,
    numImages: 8192,
    protocols: ["ridge", "knn"],
    minutes: 40,
  };
}
