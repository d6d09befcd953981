/** Pixels as a file has them: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha; [H, W, C]. */
export type RawImage = {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly pixels: Uint8Array<ArrayBuffer>;
};

/** Gives memory for pixels, not necessarily of zeros. */
export type Allocate = (numBytes: number) => Uint8Array<ArrayBuffer>;
