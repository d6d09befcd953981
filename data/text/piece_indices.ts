/**
 * Which document each token of a packed sequence is of.
 * @module
 */

/**
 * For each token the index of its piece in the sequence, 0 and up, and −1 for padding: tokens i and j may attend to each other where
 * their indices are equal.
 * @param offsets [pieces + 1] as `packSequences()` gives them.
 * @param length Tokens of the sequence.
 * @returns [length].
 * @throws {RangeError} If the offsets do not ascend from 0 to at most `length`.
 */
export function pieceIndices(offsets: ArrayLike<number>, length: number): Int32Array {
  const indices = new Int32Array(length).fill(-1);
  let start = 0;
  for (let i = 0; i < offsets.length; i++) {
    const end = offsets[i]!;
    if (i === 0 ? end !== 0 : !(end >= start && end <= length)) {
      throw new RangeError(
        `Offset ${i} of ${length} tokens cannot be ${end}: offsets ascend from 0 to the length`,
      );
    }
    indices.fill(i - 1, start, end);
    start = end;
  }
  return indices;
}
