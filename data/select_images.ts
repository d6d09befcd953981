import { sha256 } from "./_sha256.ts";
import type { ImageSet } from "./image_set.ts";

/**
 * Some images of a set, with the statistics of the whole and a content hash of their own.
 * @param images The set.
 * @param rows [M] numbers of the images, 0…size − 1, in the order that they are to have.
 * @throws {RangeError} If there is no image of such a number.
 */
export function selectImages(images: ImageSet, rows: Int32Array): ImageSet {
  const wrong = rows.find((row) => !(row >= 0 && row < images.size));
  if (wrong !== undefined) {
    throw new RangeError(
      `There is no image ${wrong} in a set of ${images.size}: choose from 0 to ${images.size - 1}`,
    );
  }
  const length = images.height * images.width * images.channels;
  const pixels = new Uint8Array(rows.length * length);
  rows.forEach((row, i) => pixels.set(images.images.subarray(row * length, (row + 1) * length), i * length));
  const labels = rows.map((row) => images.labels[row]!);
  const contentHash = sha256(pixels, Uint8Array.from(labels));
  return { ...images, size: rows.length, images: pixels, labels, contentHash };
}
