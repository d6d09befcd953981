/** A batch of decoded colour images, and the side of its views. */
export type AugmentSetup = {
  readonly batchSize: number;
  readonly height: number;
  readonly width: number;
  readonly size: number;
};
