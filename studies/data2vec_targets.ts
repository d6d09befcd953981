import type { Study } from "./study.ts";

const arm = (name: string, ...settings: string[]) => ({ name, method: "data2vec", settings });

/** What data2vec's targets are made of. */
export const data2vecTargets: Study = {
  name: "data2vec-targets",
  title: "data2vec: what the target is made of",
  claim:
    "data2vec (arXiv:2202.03555, §5) finds the mean of several of the teacher's top blocks better than the last alone, " +
    "normalised targets necessary, and a teacher that sees the whole image better than one that sees what the student does; on speech " +
    "the feed-forward halves make better targets than whole blocks, and what attention says makes useless ones.",
  arms: [
    arm("top-3"),
    arm("top-1", "target.topK=1"),
    arm("top-2", "target.topK=2"),
    arm("top-4", "target.topK=4"),
    arm("not-normalized", "target.normalizeBlocks=none", "target.normalizeMean=none"),
    arm("by-instance", "target.normalizeBlocks=instance"),
    arm("masked-teacher", "target.maskTeacher=true"),
    arm("ffn", "target.activations=ffn"),
    arm("attention", "target.activations=attention"),
  ],
  numSeeds: 3,
  length: { epochs: 8 },
  numProbes: 8,
  numImages: 8192,
  protocols: ["ridge", "knn"],
  minutes: 40,
};
