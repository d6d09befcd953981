import type { ImageSet } from "@lacuna/data";
import { integer, stream, uniform } from "@lacuna/random";

const SIDE = 14;

/** Images [14, 14, 1] of stripes in one of four directions, the class, with noise; the same for the same size. */
export function testImages(size: number): ImageSet {
  const images = new Uint8Array(size * SIDE * SIDE);
  const labels = new Int32Array(size);
  for (let sample = 0; sample < size; sample++) {
    const prng = stream({ seed: 0, name: "test images", sample });
    const label = integer(prng, 0, 4);
    const angle = label * Math.PI / 4;
    labels[sample] = label;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const along = Math.cos(angle) * (i % SIDE) + Math.sin(angle) * Math.floor(i / SIDE);
      images[sample * SIDE * SIDE + i] = 80 + 70 * Math.sin(along) + 100 * uniform(prng, i + 1);
    }
  }
  return {
    name: "stripes",
    height: SIDE,
    width: SIDE,
    channels: 1,
    numClasses: 4,
    classNames: ["0", "45", "90", "135"],
    size,
    images,
    labels,
    mean: [0.5],
    std: [0.25],
    contentHash: `stripes ${size}`,
  };
}
