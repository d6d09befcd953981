import { type ImageSteps, imageViews, imageViewsAsync, type SourceImage } from "@lacuna/tensor/image-views";
import { startImageKernels } from "@lacuna/tensor/start-image-kernels";
import { checkAugmentPlan } from "../../augment/check_augment_plan.ts";
import { drawSteps, type ImageSize } from "../../augment/draw_steps.ts";
import { rowsNeeded } from "../../augment/rows_needed.ts";
import { decodeImage } from "../../images/decode_image.ts";
import { imageInfo } from "../../images/image_info.ts";
import type { Column } from "../../shards/column.ts";
import type { PreparationContext, Preparer, Sample } from "../preparation.ts";
import { PixelMemory } from "./_pixel_memory.ts";
import type { ViewsOptions } from "./views.ts";

/** An image, and what becomes of it. */
type DrawnImage = {
  readonly image: SourceImage;
  readonly steps: ImageSteps;
  /** Of its pixels, if it is free when the views are made. */
  readonly memory?: Uint8Array<ArrayBuffer>;
};

/** How a sample of a set becomes an image; `draw` says by the image's size what is then done to it. */
type Reader = (sample: Sample, draw: (size: ImageSize) => ImageSteps) => DrawnImage;

/**
 * Views of images, each float32 [n, H, W, C].
 * @throws {RangeError} If a set has no such column, it holds no images or no labels, or images of other channels than the plan's.
 * @throws {TypeError} If the plan has no such views.
 */
export async function prepareViews(
  options: ViewsOptions,
  context: PreparationContext,
): Promise<Preparer<DrawnImage>> {
  const { column, plan: given, views, minSize, labels, kernels } = options;
  const plan = checkAugmentPlan(given);
  const { size: [height, width], mean, std } = plan;
  if (views.length !== plan.views.length) {
    throw new TypeError(
      `Cannot give ${plan.views.length} views the names ${views.join(", ")}: give one for each`,
    );
  }
  if (labels !== undefined) { for (const columns of context.columns) requireLabels(labels, columns); }
  const memory = new PixelMemory();
  const readers = context.columns.map((columns) => readerOf(column, columns, mean.length, minSize, memory));
  if (kernels !== undefined) await startImageKernels(kernels);
  const format = { height, width, channels: mean.length, mean, std };
  const { seed } = context;
  return {
    arrays: {
      ...Object.fromEntries(
        views.map((name) => [name, { dtype: "float32", shape: [height, width, mean.length] }]),
      ),
      ...labels !== undefined && { labels: { dtype: "int32", shape: [] } },
    },
    read: (sample) => {
      const { set, epoch, address } = sample;
      return readers[set]!(sample, (size) => drawSteps(plan, size, { seed, epoch, sample: address }));
    },
    prepare: async ({ items, samples }, out) => {
      for (let i = 0; labels !== undefined && i < samples.count; i++) {
        const { values } = samples.blocks[samples.blockOf[i]!]!.columns[labels]!;
        out.labels![i] = values[samples.indexIn[i]!] as number;
      }
      const images = items.map(({ image }) => image);
      const steps = items.map(({ steps }) => steps);
      const arrays = views.map((name) => out[name] as Float32Array);
      const whole = joined(arrays);
      const made = kernels === undefined
        ? await imageViewsAsync(images, steps, format, whole && { out: whole })
        : imageViews(images, steps, format, { threads: "one", ...whole && { out: whole } });
      if (whole === undefined) arrays.forEach((array, v) => array.set(made[v]!));
      for (const item of items) if (item.memory) memory.giveBack(item.memory);
    },
  };
}

function requireLabels(name: string, columns: readonly Column[]): void {
  if (columns.some((column) => column.name === name && column.kind === "label")) return;
  const there = columns.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  throw new RangeError(`There is no column "${name}" of labels, only ${there}`);
}

/** Arrays that lie one behind the other in memory, as one. */
function joined(arrays: readonly Float32Array[]): Float32Array | undefined {
  const [{ buffer, byteOffset, byteLength, length }] = arrays as [Float32Array];
  const areJoined = arrays.every((array, v) =>
    array.buffer === buffer && array.byteOffset === byteOffset + v * byteLength
  );
  return areJoined ? new Float32Array(buffer, byteOffset, arrays.length * length) : undefined;
}

/** How a sample of a set becomes an image. */
function readerOf(
  name: string,
  columns: readonly Column[],
  channels: number,
  minSize: number | undefined,
  memory: PixelMemory,
): Reader {
  const column = columns.find((column) => column.name === name);
  if (column?.kind === "image") {
    const [height, width, c] = column.shape;
    if (c !== channels) {
      throw new RangeError(
        `Column "${name}" has ${c} channels and the plan ${channels} means: give one for each`,
      );
    }
    const size = height * width * c;
    return ({ rows, index }, draw) => {
      const values = rows.columns[name]!.values as Uint8Array;
      const image = { height, width, channels, pixels: values.subarray(index * size, (index + 1) * size) };
      return { image, steps: draw(image) };
    };
  }
  if (column?.kind === "encodedImage" && (channels === 1 || channels === 3 || channels === 4)) {
    return ({ rows, index }, draw) => {
      const { values, offsets } = rows.columns[name]!;
      const file = (values as Uint8Array).subarray(offsets![index]!, offsets![index + 1]!);
      return decodeAndDraw(file, channels, minSize, memory, draw);
    };
  }
  const there = columns.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  throw new RangeError(
    `There is no column "${name}" of images that have ${channels} channels, only ${there}`,
  );
}

/** Decodes as much of an image as its views show. */
function decodeAndDraw(
  file: Uint8Array,
  channels: 1 | 3 | 4,
  minSize: number | undefined,
  memory: PixelMemory,
  draw: (size: ImageSize) => ImageSteps,
): DrawnImage {
  let taken: Uint8Array<ArrayBuffer> | undefined;
  const allocate = (numBytes: number) => taken = memory.take(numBytes);
  if (minSize !== undefined) { // its size is known when it is decoded
    const image = decodeImage(file, { channels, allocate, minSize });
    return { image, steps: draw(image), ...taken && { memory: taken } };
  }
  const { height, width } = imageInfo(file);
  const steps = draw({ height, width });
  const image = decodeImage(file, { channels, allocate, rows: rowsNeeded(steps, height) });
  return { image, steps, ...taken && { memory: taken } };
}
