import { methodNames } from "@lacuna/pipelines";
import type { Arm, Study } from "./study.ts";

const [first, ...others] = methodNames.map((method): Arm => ({ name: method, method }));

/** Every method's demo preset as it is, beside its own untrained encoder. */
export const presets: Study = {
  name: "presets",
  title: "Every method at its preset",
  claim:
    "Every method at its demo preset, as many epochs as it names: each has to train without collapse and to beat its own untrained encoder by " +
    "linear probes and, fine-tuned, supervised training from scratch with the same labels (“learned”). The methods are not to be compared with each other here: " +
    "their lengths differ, and ExtreMA's patches are larger.",
  arms: [first!, ...others],
  numSeeds: 1,
  length: { epochs: "preset" },
  numProbes: 5,
  numImages: 60_000,
  protocols: ["ridge", "linear", "knn", "fine-tune"],
  minutes: 40,
};
