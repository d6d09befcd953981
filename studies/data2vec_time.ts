import type { Study } from "./study.ts";

/** How soon data2vec 2.0 is where version 1 ends. */
export const data2vecTime: Study = {
  name: "data2vec-time",
  title: "data2vec 2.0: time to the same accuracy",
  claim:
    "data2vec 2.0 (arXiv:2212.07525) reaches the accuracy of MAE and of its own first version in a fraction of their time: " +
    "its encoder sees visible patches alone, and several masks share a teacher's pass. Every arm trains for the same seconds.",
  arms: [
    { name: "data2vec", method: "data2vec" },
    { name: "data2vec2", method: "data2vec2" },
    { name: "data2vec2-1-mask", method: "data2vec2", settings: ["masks.numMasks=1"] },
    { name: "mae", method: "mae" },
  ],
  numSeeds: 3,
  length: { seconds: 60 },
  numProbes: 9,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
