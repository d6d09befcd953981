/** Frozen features of one split of a data set, with the class of every row. */
export type Features = {
  /** [n, D], row after row. */
  readonly values: Float32Array;
  /** D, the length of one row. */
  readonly dim: number;
  /** [n] class numbers, 0…numClasses − 1. */
  readonly labels: Int32Array;
};
