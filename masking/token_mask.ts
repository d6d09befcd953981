/**
 * What every sampler of masks gives.
 * @module
 */

/**
 * One sample's token indices in two parts, each ascending. Together they are 0…N − 1, but for `multiBlockMask()`, whose masks leave some
 * tokens out of both.
 */
export type TokenMask = {
  /** [N − M], the tokens the encoder sees. */
  readonly visible: Int32Array;
  /** [M], the tokens it does not. */
  readonly masked: Int32Array;
};
