/** B images twice over, for two branches. */
export type ViewsBatch = {
  /** [B, H, W, C] normalized pixels of one view. */
  readonly student: Float32Array;
  /** [B, H, W, C] normalized pixels of the other. */
  readonly teacher: Float32Array;
  /** [B] the images' addresses; with `epoch` they address the masks. */
  readonly samples: Int32Array | Float64Array;
  readonly epoch: number;
};
