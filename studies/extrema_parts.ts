import type { Arm, Study } from "./study.ts";

const arm = (name: string, ...settings: string[]): Arm => ({ name, method: "extrema", settings });
const noPredictor = "heads.usePredictor=false";
const noTeacher = "target.source=student"; // what a momentum of 0 would be
const noStopGradient = "target.source=differentiated";
const layerNorm = "heads.norm=layer";

/** ExtreMA without its parts. */
export const extremaParts: Study = {
  name: "extrema-parts",
  title: "ExtreMA: what keeps it from collapse",
  claim:
    "Without its predictor, or when it predicts itself in the place of a moving average, BYOL collapses, and most of all when gradients flow " +
    "into the target (arXiv:2006.07733, §5 and table 5); ExtreMA (arXiv:2206.04667) is built like it. The first arms have batch norm in their heads, which alone " +
    "keeps outputs apart; ExtreMA's own layer norm does not. A collapsed run goes on to its end, and the page says so.",
  arms: [
    arm("whole"),
    arm("no-predictor", noPredictor),
    arm("no-teacher", noTeacher),
    arm("no-stop-gradient", noStopGradient),
    arm("neither", noPredictor, noStopGradient),
    arm("layer-norm", layerNorm),
    arm("layer-norm-no-predictor", layerNorm, noPredictor),
    arm("layer-norm-no-teacher", layerNorm, noTeacher),
    arm("layer-norm-no-stop-gradient", layerNorm, noStopGradient),
  ],
  numSeeds: 3,
  length: { epochs: 12 },
  numProbes: 6,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
