/**
 * The tokens one mask keeps, V = ⌊N · (1 − ratio)⌋, as double precision evaluates it: 39 of 196 at 0.8, but 0 of
 * 10 at 0.9, which is refused.
 * @param numTokens N > 0, the tokens of one sample, class token excluded.
 * @param maskRatio Share of tokens to mask, in (0, 1).
 * @returns V, in 1…N − 1.
 * @throws {RangeError} If N is not a positive integer, the ratio is not in (0, 1), or V is 0 or N.
 * @see ExtreMA, arXiv:2206.04667, and `generate_mask` of its official code, whose rounding this keeps
 */
export function numVisible(numTokens: number, maskRatio: number): number {
  if (!(Number.isInteger(numTokens) && numTokens > 0)) {
    throw new RangeError(`Cannot mask ${numTokens} tokens: give a positive integer`);
  }
  if (!(maskRatio > 0 && maskRatio < 1)) {
    throw new RangeError(
      `Mask ratio ${maskRatio} of ${numTokens} tokens is not between 0 and 1: choose one that leaves some of each`,
    );
  }
  const visible = Math.floor(numTokens * (1 - maskRatio));
  if (visible === 0) {
    throw new RangeError(
      `Mask ratio ${maskRatio} keeps 0 of ${numTokens} tokens: lower the ratio or cut the input into more patches`,
    );
  }
  if (visible === numTokens) {
    throw new RangeError(`Mask ratio ${maskRatio} hides 0 of ${numTokens} tokens: raise the ratio`);
  }
  return visible;
}
