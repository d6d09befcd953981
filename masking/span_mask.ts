import { choice, type Prng, substream, uniform } from "@lacuna/random";
import { maskOf } from "./_split.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of a mask of spans. */
export type SpanMaskOptions = {
  /** T, frames or tokens of the sequence, padding excluded. */
  readonly numTokens: number;
  /** Share that the spans would cover if none overlapped, in (0, 1): 0.65 masks about 0.49. */
  readonly ratio: number;
  /** Tokens of a span, ≥ 1. */
  readonly length: number;
  /**
   * Where spans may begin: "inside" only where they end before the last token, which is therefore never masked (speech); "anywhere", the
   * last ones being cut off (text).
   */
  readonly starts: "inside" | "anywhere";
};

/**
 * Masks spans of neighbouring tokens: ⌊ratio · T / length + u⌋ of them with u uniform in [0, 1), at least one, beginning at different
 * tokens; they may overlap.
 * @param options Sizes.
 * @param prng Where to look; the same stream gives the same mask.
 * @returns `visible` and `masked`, of varying number; `thinMasks()` makes the numbers of a batch equal.
 * @throws {RangeError} If a size is out of range, or the sequence is too short for its spans.
 * @see data2vec, arXiv:2202.03555, and wav2vec 2.0, arXiv:2006.11477, §3.1 "Masking", with the count as in their official code
 */
export function spanMask({ numTokens, ratio, length, starts }: SpanMaskOptions, prng: Prng): TokenMask {
  if (!(ratio > 0 && ratio < 1)) throw new RangeError(`Mask ratio ${ratio} is not between 0 and 1`);
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new RangeError(`Spans of ${length} tokens: give a positive integer`);
  }
  if (!(Number.isInteger(numTokens) && numTokens >= 2)) {
    throw new RangeError(`Cannot mask some of ${numTokens} tokens: give at least 2`);
  }
  const numSpans = Math.max(1, Math.floor(ratio * numTokens / length + uniform(prng, 0)));
  let spanLength = length;
  if (starts === "inside" && numTokens - length <= numSpans) spanLength = numTokens - numSpans - 1;
  const numStarts = starts === "inside" ? numTokens - spanLength : numTokens;
  if (spanLength < 1 || numSpans > numStarts) {
    throw new RangeError(
      `${numTokens} tokens are too few for ${numSpans} spans of ${length}: give a longer sequence, shorter spans or a lower ratio`,
    );
  }
  const masked: number[] = [];
  for (const start of choice(numStarts, numSpans, substream(prng, "starts"))) {
    for (let i = start; i < Math.min(start + spanLength, numTokens); i++) masked.push(i);
  }
  const mask = maskOf(numTokens, masked);
  if (mask.visible.length === 0) {
    throw new RangeError(
      `Spans of ${length} mask all of ${numTokens} tokens: give a longer sequence, shorter spans or a lower ratio`,
    );
  }
  return mask;
}
