/**
 * Orders that are looked up, not stored.
 * @module
 */

/** A permutation of 0…size − 1 that takes no memory, whatever its size. */
export type SampleOrder = {
  /** How many positions there are, and how many samples. */
  readonly size: number;
  /**
   * The sample at a position.
   * @throws {RangeError} If the position is not an integer in 0…size − 1.
   */
  at(position: number): number;
  /**
   * The position of a sample: the inverse of `at()`.
   * @throws {RangeError} If the sample is not an integer in 0…size − 1.
   */
  positionOf(sample: number): number;
  /**
   * Writes the samples at `from`, `from + 1`, … until `out` is full, many times faster than one by one.
   * @throws {RangeError} If they are not all in 0…size − 1.
   */
  fill(from: number, out: Float64Array): void;
};
