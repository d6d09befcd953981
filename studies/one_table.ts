import { methodNames } from "@lacuna/pipelines";
import type { Arm, Study } from "./study.ts";

/** Masks that are counts, for 64 patches in the place of 49. */
const emojiMasks: Readonly<Record<string, readonly string[]>> = {
  beit: ["masks.numMasked=26"],
  maskfeat: ["masks.numMasked=26"],
  data2vec: ["masks.numMasked=38"],
  bootmae: ["masks.numInBlocks=39", "masks.numMasked=48"],
};

const [first, ...others] = methodNames;

/** Every method beside the others, on one set of images. */
export function oneTable(images: "fashion-mnist" | "emoji"): Study {
  const isEmoji = images === "emoji";
  const arm = (method: string): Arm => ({
    name: method,
    method,
    settings: [
      `encoder.patchSize=${isEmoji ? 8 : 4}`, // of 64 × 64 and of 28 × 28 pixels
      ...method === "extrema" ? ["encoder.depth=4"] : [], // the others' own; its class-attention blocks come on top
      ...isEmoji ? ["image.size=64", ...emojiMasks[method] ?? []] : [],
    ],
  });
  return {
    name: isEmoji ? "one-table-emoji" : "one-table",
    title: `Every method, the same time, ${isEmoji ? "emoji in colour" : "Fashion-MNIST"}`,
    claim:
      "Every method at its demo preset with an encoder of the same sizes, on the same images, for the same seconds of training: faster ones take " +
      "more steps. The rates of all presets but data2vec 2.0's were chosen on Fashion-MNIST (docs/presets.md), and more was tried for some than for others; " +
      "what is best after half a minute need not be after a day. Each has to beat its own untrained encoder." +
      (isEmoji
        ? " The classes are the emoji's ten categories; the test emoji are in no vendor's hand among those learned from."
        : ""),
    arms: [arm(first!), ...others.map(arm)],
    numSeeds: 3,
    length: { seconds: 30 },
    numProbes: 5,
    data: `.lacuna/data/${images}`,
    numImages: 8192,
    protocols: ["ridge", "linear", "knn", "fine-tune"],
    minutes: 40,
  };
}
