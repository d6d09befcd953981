import type { Study } from "./study.ts";

/** ExtreMA without its parts. */
export const extremaParts: Study = {
  name: "extrema-parts",
  title: "ExtreMA: what keeps it from collapse",
  claim:
    "Without its predictor, BYOL collapses (arXiv:2006.07733, §5), and ExtreMA (arXiv:2206.04667) is built like it. With a " +
    "momentum of 0 the teacher is the student of the step before. A collapsed run goes on to its end, and the page says so.",
  arms: [
    { name: "whole", method: "extrema" },
    { name: "no-predictor", method: "extrema", settings: ["heads.usePredictor=false"] },
    { name: "no-momentum", method: "extrema", settings: ["schedule.momentum=0"] },
    { name: "neither", method: "extrema", settings: ["heads.usePredictor=false", "schedule.momentum=0"] },
    { name: "layer-norm", method: "extrema", settings: ["heads.norm=layer"] },
    {
      name: "layer-norm-no-predictor",
      method: "extrema",
      settings: ["heads.norm=layer", "heads.usePredictor=false"],
    },
  ],
  numSeeds: 3,
  length: { epochs: 12 },
  numProbes: 6,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
