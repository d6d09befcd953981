/**
 * Our side of `bench/data.ts`: float32 batches of augmented images from shards. Reads a request a line and answers each with a line of
 * JSON; `_contender.ts` says which. A step is one pass over all images. With `--first` it makes one batch, says how long that took
 * since its modules were loaded, and ends.
 *
 * @module
 */
import type { AugmentPlan } from "@lacuna/data/augment";
import { createLoader, type Loader, viewsPreparation } from "@lacuna/data/loader";
import { jpegDecoder } from "@lacuna/data/images";
import { openDataset } from "@lacuna/data/shards";
import { answerRequests } from "../_answer_requests.ts";
import { measureSteps } from "../_measure_steps.ts";
import type { OurSetup } from "./setup.ts";

if (import.meta.main) await main(Deno.args);

async function main([text, ...flags]: string[]): Promise<void> {
  const setup: OurSetup = JSON.parse(text!);
  if (flags.includes("--first")) {
    const start = performance.now();
    const loader = await loaderOf(setup);
    for await (const _batch of loader.batches()) break;
    console.log(JSON.stringify({ milliseconds: performance.now() - start }));
    Deno.exit(0);
  }
  const loader = await loaderOf(setup);
  let epoch = 0;
  await answerRequests({
    versions: () => ({
      name: "Lacuna",
      detail: `Deno ${Deno.version.deno}, ${jpegDecoder()}`,
    }),
    check: async () => await momentsOf(loader, epoch++),
    time: async ({ steps }) => await measureSteps(() => passOver(loader, epoch++), steps),
  });
  await loader.close();
}

async function loaderOf({ path, numWorkers, batchSize, size }: OurSetup): Promise<Loader> {
  const split = (await openDataset(path)).split("train");
  return await createLoader({
    data: split,
    preparation: viewsPreparation({
      column: "image",
      plan: planOf(size),
      views: ["view"],
      kernels: "native",
    }),
    batchSize,
    workers: numWorkers,
  });
}

/** As torchvision's `RandomResizedCrop`, `RandomHorizontalFlip` and `Normalize` have it. */
function planOf(size: number): AugmentPlan {
  return {
    size: [size, size],
    views: [[{ kind: "randomResizedCrop" }, { kind: "flip" }]],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  };
}

/** Makes all images once, and looks at one number of each batch. */
async function passOver(loader: Loader, epoch: number): Promise<number> {
  let sum = 0;
  for await (const batch of loader.batches({ epoch })) {
    sum += batch.arrays["view"]!.values.at(-1)!;
    batch.release();
  }
  return sum;
}

/** How many images there are in an epoch, and their mean and standard deviation by channel. */
async function momentsOf(
  loader: Loader,
  epoch: number,
): Promise<Record<"images" | "mean" | "std", number[]>> {
  const sums = [0, 0, 0], squares = [0, 0, 0];
  let images = 0, pixels = 0;
  for await (const batch of loader.batches({ epoch })) {
    const { values } = batch.arrays["view"]!;
    images += batch.samples.count;
    pixels += values.length / 3;
    for (let i = 0; i < values.length; i++) {
      sums[i % 3]! += values[i]!;
      squares[i % 3]! += values[i]! ** 2;
    }
    batch.release();
  }
  const mean = sums.map((sum) => sum / pixels);
  return { images: [images], mean, std: squares.map((sum, c) => Math.sqrt(sum / pixels - mean[c]! ** 2)) };
}
