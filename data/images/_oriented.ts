import type { RawImage } from "./_raw_image.ts";

/** An image as EXIF's orientation says that it stands upright: 1…8 (EXIF 2.3, §4.6.4, tag 0x0112). */
export function oriented(image: RawImage, orientation: number): RawImage {
  if (orientation === 1) return image;
  const { height: storedHeight, width: storedWidth, channels } = image;
  const isTurned = orientation >= 5; // rows become columns
  const [height, width] = isTurned ? [storedWidth, storedHeight] : [storedHeight, storedWidth];
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const pixels = new Uint8Array(image.pixels.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [along, across] = isTurned ? [x, y] : [y, x]; // stored row and column, but for their direction
      const row = fromBottom ? storedHeight - 1 - along : along;
      const column = fromRight ? storedWidth - 1 - across : across;
      const from = (row * storedWidth + column) * channels;
      for (let c = 0; c < channels; c++) pixels[to++] = image.pixels[from + c]!;
    }
  }
  return { height, width, channels, pixels };
}
