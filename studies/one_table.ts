import { methodNames } from "@lacuna/pipelines";
import type { Arm, Study } from "./study.ts";

const [first, ...others] = methodNames.map((method): Arm => ({ name: method, method }));

/** Every method beside the others. */
export const oneTable: Study = {
  name: "one-table",
  title: "Every method, the same time",
  claim:
    "Every method at its demo preset, on the same images, for the same seconds of training: faster ones take more steps. " +
    "Presets were not tuned for this table, and what is best after half a minute need not be after a day. Each has to beat its own " +
    "untrained encoder.",
  arms: [first!, ...others],
  numSeeds: 3,
  length: { seconds: 30 },
  numProbes: 5,
  numImages: 8192,
  protocols: ["ridge", "linear", "knn", "fine-tune"],
  minutes: 40,
};
