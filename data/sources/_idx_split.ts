import { SourceError } from "../source_error.ts";
import type { IdxFile } from "./_idx_file.ts";
import type { SourceItem, SplitSource } from "./source.ts";

/** Images, and a label for each. */
export type IdxPair = { readonly images: IdxFile; readonly labels: IdxFile };

/** [H, W, C] of the images of some files, which must have one. */
export function imageShape(pairs: readonly IdxPair[]): readonly [number, number, number] {
  const shapes = pairs.map(({ images }) => shapeOf(images));
  const other = shapes.findIndex((shape) => String(shape) !== String(shapes[0]));
  if (other > 0) {
    const { name } = pairs[other]!.images;
    throw new SourceError(
      name,
      `${name} has images of [${shapes[other]}], other files of [${shapes[0]}]: import them apart`,
    );
  }
  return shapes[0]!;
}

function shapeOf({ name, entrySizes }: IdxFile): readonly [number, number, number] {
  const [height, width, channels = 1] = entrySizes;
  if (height !== undefined && width !== undefined) return [height, width, channels];
  throw new SourceError(name, `${name} has entries of [${entrySizes}], no images [H, W] or [H, W, C]`);
}

/**
 * The rows `image`, `label` of a pair of files. A label beyond the classes that have names is dropped.
 * @throws {SourceError} If there are not as many labels as images.
 */
export function idxSplit({ images, labels }: IdxPair, numClasses: number): SplitSource {
  if (labels.entrySizes.length > 0) {
    throw new SourceError(
      labels.name,
      `${labels.name} has entries of [${labels.entrySizes}], not one label each`,
    );
  }
  if (images.numEntries !== labels.numEntries) {
    const found =
      `${images.name} has ${images.numEntries} images, ${labels.name} ${labels.numEntries} labels`;
    throw new SourceError(labels.name, `${found}: these files do not belong together`);
  }
  return {
    numItems: images.numEntries,
    async *items(from) {
      const ownLabels = labels.entries(from);
      let index = from;
      for await (const image of images.entries(from)) {
        const label = (await ownLabels.next()).value![0];
        yield itemOf(image, label, numClasses, `${labels.name}, entry ${index++}`);
      }
      await ownLabels.next(); // looks whether its file ends there
    },
  };
}

function itemOf(image: Uint8Array, label: number, numClasses: number, place: string): SourceItem {
  if (numClasses > 0 && label >= numClasses) {
    return { dropped: "has a label without a class", detail: `${place}: ${label} of ${numClasses} classes` };
  }
  return { row: { image, label } };
}
