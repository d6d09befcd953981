/** An image in the middle of its steps: values [H, W, C], in [0, 1]. */
export type Picture = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float64Array;
};

/** A picture of the same size, value for value. */
export function mapValues(picture: Picture, at: (value: number, index: number) => number): Picture {
  return { ...picture, values: picture.values.map(at) };
}

/** A number kept in [0, 1]. */
export function clip(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
