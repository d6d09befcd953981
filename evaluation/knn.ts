import { checkFeatures } from "./_check_features.ts";
import type { Features } from "./features.ts";
import { nearestNeighbors } from "./nearest_neighbors.ts";

/** How the neighbours vote. */
export type KnnOptions = {
  /** Neighbours that vote, in 1…n of the training split. */
  readonly k?: number;
  /** τ > 0 of the weights exp(cosine / τ). */
  readonly temperature?: number;
};

/** What {@linkcode knn} does unless told otherwise. */
export const knnDefaults: Readonly<Required<KnnOptions>> = { k: 20, temperature: 0.07 };

/** What the neighbours say of the test split. */
export type KnnResult = {
  /** Share of the test rows whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
};

/**
 * Classifies each test row by its k nearest training rows, each voting for its class with exp(cosine / τ);
 * of classes with equal votes the lower number wins.
 * @throws {TypeError} If the splits' rows differ in length, or a split has no rows or not one label a row.
 * @throws {RangeError} If k, the temperature, a label or a value is out of range.
 * @see Instance discrimination, arXiv:1805.01978, §3.4 "Weighted kNN"; k = 20 as in DINO, arXiv:2104.14294, §4.1
 */
export async function knn(train: Features, test: Features, options: KnnOptions = {}): Promise<KnnResult> {
  const { k, temperature } = { ...knnDefaults, ...options };
  const numTest = checkFeatures("test", test);
  checkFeatures("train", train);
  if (train.dim !== test.dim) {
    throw new TypeError(`train has dim ${train.dim}, test ${test.dim}: embed both with one encoder`);
  }
  if (!(temperature > 0)) {
    throw new RangeError(`Cannot weigh neighbours at temperature ${temperature}: choose one above 0`);
  }
  const { indices, cosines } = await nearestNeighbors(train.values, test.values, train.dim, k);
  const numClasses = train.labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const votes = new Float64Array(numClasses);
  const predictions = new Int32Array(numTest);
  let numRight = 0;
  for (let row = 0; row < numTest; row++) {
    votes.fill(0);
    const nearest = cosines[row * k]!; // exp((cosine − nearest) / τ) keeps the ratios and cannot overflow
    for (let i = row * k; i < (row + 1) * k; i++) {
      votes[train.labels[indices[i]!]!]! += Math.exp((cosines[i]! - nearest) / temperature);
    }
    predictions[row] = votes.indexOf(Math.max(...votes));
    if (predictions[row] === test.labels[row]) numRight++;
  }
  return { accuracy: numRight / numTest, predictions };
}
