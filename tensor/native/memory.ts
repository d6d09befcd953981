/** float32 values that compiled kernels work on. */
export type Floats = Float32Array<ArrayBuffer>;

/** A place for the values of one tensor. */
export interface Block {
  /** The values; where the memory may move, another array after every allocation. */
  readonly values: Floats;
}

/** Where a device keeps the values of its tensors. */
export interface Memory {
  /** Whether kernels can also work on arrays that lie elsewhere. */
  readonly reachesAll: boolean;
  /** A place for this many floats, with whatever was left in it. */
  take(length: number): Block;
  /** Takes back a block of its own, which nobody may use any more. */
  give(block: Block): void;
  /** Whether the array is a view of one of its blocks. */
  owns(array: Float32Array): boolean;
}
