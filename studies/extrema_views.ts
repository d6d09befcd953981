import type { Arm, Study } from "./study.ts";

const arm = (name: string, ...settings: string[]): Arm => ({ name, method: "extrema", settings });

/** What ExtreMA's two branches see. */
export const extremaViews: Study = {
  name: "extrema-views",
  title: "ExtreMA: shared or separate crops",
  claim:
    "ExtreMA (arXiv:2206.04667, its ablation of augmentations) does best when both branches see one crop, in colours of their own: " +
    "two crops ask for what is the same in two views, one crop for what is not to be seen. No crop at all is worse.",
  arms: [
    arm("shared"),
    arm("separate", "augment.crops=separate"),
    arm("shared-no-colour", "augment.jitterProbability=0"),
    arm("separate-no-colour", "augment.crops=separate", "augment.jitterProbability=0"),
    arm("no-crop", "augment.minScale=1"),
    arm("nothing", "augment.minScale=1", "augment.jitterProbability=0", "augment.flipProbability=0"),
  ],
  numSeeds: 3,
  length: { epochs: 12 },
  numProbes: 6,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
