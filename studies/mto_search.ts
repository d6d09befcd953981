import type { Arm, Study } from "./study.ts";
import { noTerms } from "./mto_study.ts";

const arm = (name: string, ...settings: string[]): Arm => ({
  name,
  method: "simmim",
  settings: [...noTerms, ...settings.map((text) => `mto.${text}`)],
});
const [e, r] = ["entropyWeight=1", "rankWeight=1"] as const;

/** Readings of masked token optimization that the public text allows, of which the best becomes the preset. */
export const mtoSearch: Study = {
  name: "mto-search",
  title: "Masked token optimization: which reading",
  claim:
    "What is public of MTO (arXiv:2404.08330) leaves open how alike two tokens are, which sign heterogeneity has, where and when the terms act, " +
    "and how much they weigh. Here are readings beside each other on SimMIM, on seeds that judge nothing else: the one with the highest accuracy at the end of its learning curves, which the test images have no part in, becomes the preset `mto`, " +
    "which `mto-simmim` and `mto-mae` put to the test.",
  arms: [
    arm("host"),
    arm("e-0.1", "entropyWeight=0.1"),
    arm("e-1", e),
    arm("e-3", "entropyWeight=3"),
    arm("e-reversed", "entropyWeight=-1"),
    arm("e-dot", e, "affinity=dot"),
    arm("e-normed", e, "affinity=lnScaled"),
    arm("e-cosine", e, "affinity=cosine"),
    arm("e-attention", e, "affinity=attention"),
    arm("e-falling", e, "schedule=falling"),
    arm("e-two-stages", e, "entropyStages=2"),
    arm("e-all-stages", e, "entropyStages=5"),
    arm("e-3-two-stages", "entropyWeight=3", "entropyStages=2"),
    arm("e-r", e, r),
    arm("r", r),
    arm("r-detached", r, "rankDetached=true"),
    arm("mass", "recalibrationWeight=0.1"),
    arm("mass-early", "recalibrationWeight=0.1", "recalibrationBlocks=early"),
    arm("mass-late", "recalibrationWeight=0.1", "recalibrationBlocks=late"),
    arm("mass-falling", "recalibrationWeight=0.1", "schedule=falling"),
    arm("row-entropy", "recalibration=entropy", "recalibrationWeight=0.003"),
    arm("among-masked", "recalibration=affinity", "recalibrationWeight=0.1"),
    arm("exclude-half", "exclude=0.5"),
  ],
  numSeeds: 2,
  firstSeed: 100,
  length: { epochs: 8 },
  numProbes: 4,
  numImages: 4096,
  protocols: ["knn", "ridge"],
  minutes: 40,
};
