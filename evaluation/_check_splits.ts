import { checkFeatures } from "./_check_features.ts";
import type { Features } from "./features.ts";

/** Number of classes of two splits of features that are fit to be evaluated; throws as `checkFeatures()`. */
export function checkSplits(train: Features, test: Features): number {
  checkFeatures("train", train);
  checkFeatures("test", test);
  if (train.dim !== test.dim) {
    throw new TypeError(`train has dim ${train.dim}, test ${test.dim}: embed both with one encoder`);
  }
  return train.labels.reduce((most, label) => Math.max(most, label + 1), 0);
}
