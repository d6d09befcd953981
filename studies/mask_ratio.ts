import type { Study } from "./study.ts";

const settings = ["encoder.patchSize=4", "masks.kind=independent", "masks.numMasks=2"];

/** ExtreMA's mask ratio. */
export const maskRatio: Study = {
  name: "mask-ratio",
  title: "ExtreMA: how much to hide",
  claim:
    "ExtreMA (arXiv:2206.04667) hides 80 % of an image and more; its accuracy is said to hold up to ratios at which " +
    "reconstruction fails. The first arm is the demo's ratio; 49 patches, two independent masks an image, so that every ratio " +
    "can be drawn.",
  arms: [
    { name: "75", method: "extrema", settings: [...settings, "masks.ratio=0.75"] },
    ...[30, 50, 65, 85, 92].map((share) => ({
      name: String(share),
      method: "extrema",
      settings: [...settings, `masks.ratio=${share / 100}`],
    })),
  ],
  numSeeds: 3,
  length: { epochs: 8 },
  numProbes: 8,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
