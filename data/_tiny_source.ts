import type { ImageSource } from "./write_shards.ts";

/** For tests: six training and two test images of 2 × 3 grey pixels, all different, in two classes. */
export function tinySource(): ImageSource {
  const images = (numImages: number, first: number): Uint8Array =>
    Uint8Array.from({ length: numImages * 6 }, (_, i) => first + 3 * i);
  return {
    name: "tiny",
    source: "counting in threes",
    licence: "MIT",
    height: 2,
    width: 3,
    channels: 1,
    classNames: ["even", "odd"],
    dropped: { malformed: 1, duplicates: 2 },
    splits: {
      train: { images: images(6, 0), labels: Uint8Array.of(0, 1, 0, 1, 0, 1) },
      test: { images: images(2, 1), labels: Uint8Array.of(1, 0) },
    },
  };
}
