import type { ImageSet } from "@lacuna/data";
import { integer, stream } from "@lacuna/random";

/** 8×8 noise, a little brighter above for class 0 and below for class 1. */
export function halves(name: string, size: number): ImageSet {
  const images = Uint8Array.from({ length: 64 * size }, (_, i) => {
    const isBright = (i % 64 < 32) === (Math.floor(i / 64) % 2 === 0);
    return integer(stream({ seed: 0, name }), i, 120) + (isBright ? 20 : 0);
  });
  const labels = Int32Array.from({ length: size }, (_, image) => image % 2);
  const classNames = ["above", "below"];
  const shape = { height: 8, width: 8, channels: 1, numClasses: 2, classNames };
  return { name, ...shape, size, images, labels, mean: [0.3], std: [0.15], contentHash: name };
}
