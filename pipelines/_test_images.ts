import { memorySplit } from "@lacuna/data/loader";
import { integer, stream, uniform } from "@lacuna/random";
import type { TrainingImages } from "./training_images.ts";

const SIDE = 14;
const column = { name: "image", kind: "image", shape: [SIDE, SIDE, 1] } as const;

/** Images [14, 14, 1] of stripes in one of four directions with noise; the same for the same size. */
export function testImages(size: number): TrainingImages {
  const values = new Uint8Array(size * SIDE * SIDE);
  for (let sample = 0; sample < size; sample++) {
    const prng = stream({ seed: 0, name: "test images", sample });
    const angle = integer(prng, 0, 4) * Math.PI / 4;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const along = Math.cos(angle) * (i % SIDE) + Math.sin(angle) * Math.floor(i / SIDE);
      values[sample * SIDE * SIDE + i] = 80 + 70 * Math.sin(along) + 100 * uniform(prng, i + 1);
    }
  }
  return {
    name: "stripes",
    split: memorySplit("stripes", { first: 0, numRows: size, columns: { image: { column, values } } }),
    column: "image",
    height: SIDE,
    width: SIDE,
    channels: 1,
    mean: [0.5],
    std: [0.25],
  };
}
