/**
 * Our side of a comparison: the two views of a plan, of a batch of images, on one thread. Reads a request a line and answers each with a
 * line of JSON; `_contender.ts` says which.
 *
 * @module
 */
import { augmentViews, byolViews, type SourceImage, startImageKernels } from "@lacuna/data/augment";
import { type ImageStep, imageViews } from "@lacuna/tensor/image-views";
import { answerRequests } from "./_answer_requests.ts";
import type { AugmentSetup } from "./_augment_setup.ts";
import { checkVectors } from "./_check_vectors.ts";
import { measureSteps } from "./_measure_steps.ts";
import { noise } from "./_noise.ts";

if (import.meta.main) await main(JSON.parse(Deno.args[0]!), Deno.args[1] as "native" | "wasm");

async function main(setup: AugmentSetup, device: "native" | "wasm"): Promise<void> {
  await startImageKernels(device);
  const images = Array.from({ length: setup.batchSize }, (_, b) => imageOf(setup, b));
  const plan = byolViews({ size: setup.size });
  const samples = images.map((_, b) => b);
  const out = new Float32Array(2 * setup.batchSize * setup.size ** 2 * 3);
  let epoch = 0;
  await answerRequests({
    versions: () => ({ name: `Lacuna, ${device}`, detail: `Deno ${Deno.version.deno}` }),
    check: () => checkVectors([0, 0], fixedView(images[0]!, setup.size)),
    time: ({ steps }) =>
      measureSteps(() => {
        augmentViews(images, plan, { seed: 0, epoch: epoch++, samples }, { out, threads: "one" });
        return Promise.resolve();
      }, steps),
  });
}

function imageOf({ height, width }: AugmentSetup, key: number): SourceImage {
  const pixels = Uint8Array.from(noise(height * width * 3, key), (u) => 128 * (u + 1));
  return { height, width, channels: 3, pixels };
}

/** One view with nothing drawn, which both sides must agree on. */
function fixedView(image: SourceImage, size: number): Float32Array {
  const box = { top: 3, left: 5, height: image.height - 10, width: image.width - 20 };
  const steps: ImageStep[] = [
    { kind: "resize", box, height: size, width: size, filter: "bicubic", antialias: true },
    { kind: "flip" },
    { kind: "brightness", factor: 1.2 },
    { kind: "hue", shift: 0.05 },
    { kind: "blur", sigma: 1.1, kernelSize: 23 },
  ];
  const format = {
    height: size,
    width: size,
    channels: 3,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  };
  return imageViews([image], [{ shared: [], views: [steps] }], format)[0]!;
}
