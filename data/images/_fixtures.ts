import golden from "./fixtures/golden.json" with { type: "json" };
import type { DecodedImage } from "./decoded_image.ts";

/** A file, and the image that Pillow decodes from it. */
export type Golden = {
  readonly name: string;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly image: DecodedImage;
};

/** Small images of every kind, as fixtures/make_golden.py wrote them with Pillow. */
export const goldenImages: readonly Golden[] = Object.entries(golden).map(
  ([name, { file, shape, pixels }]) => {
    const [height, width, channels] = shape as [number, number, 1 | 3 | 4];
    const image = { height, width, channels, pixels: Uint8Array.fromBase64(pixels) };
    return { name, file: Uint8Array.fromBase64(file), image };
  },
);

/** The file of one of them. */
export function goldenFile(name: string): Uint8Array<ArrayBuffer> {
  const found = goldenImages.find((image) => image.name === name);
  if (found === undefined) throw new RangeError(`There is no golden image ${name}`);
  return found.file.slice();
}
