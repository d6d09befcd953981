import { type ImageSet, selectImages } from "@lacuna/data";
import { permutation, stream } from "@lacuna/random";

/**
 * Images of a labelled set, drawn at random and always the same ones, of each class as many as of the others as far as it has them: what probes
 * and fine-tuning learn from where labels are few.
 * @param images The set.
 * @param numLabels How many, 1…size.
 * @throws {RangeError} If there are not as many.
 */
export function fewLabels(images: ImageSet, numLabels: number): ImageSet {
  if (!(Number.isInteger(numLabels) && numLabels >= 1 && numLabels <= images.size)) {
    throw new RangeError(
      `Cannot draw ${numLabels} labelled images of ${images.size}: choose from 1 to ${images.size}`,
    );
  }
  const numSeen = new Int32Array(images.numClasses);
  const rounds = Array.from(
    permutation(images.size, stream({ seed: 0, name: "few labels" })),
    (row) => ({ row, round: numSeen[images.labels[row]!]!++ }),
  );
  rounds.sort((a, b) => a.round - b.round); // stable: every class's first, then every class's second
  return selectImages(images, Int32Array.from(rounds.slice(0, numLabels), ({ row }) => row));
}
