import { type Augmentation, augmentBatch, augmentBatchAsync, type ImageSet } from "@lacuna/data";
import { stream, uniforms } from "@lacuna/random";
import { augmentImages, useDevice } from "@lacuna/tensor";
import { drawEdits } from "../data/_draw_edits.ts";
import { augmentImagesReference } from "../tensor/ops/augment_images_reference.ts";

await useDevice("native");

const augmentation: Augmentation = {
  crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
  flipProbability: 0.5,
  jitter: { strength: 0.4, probability: 0.8 },
};
const samples = Int32Array.from({ length: 64 }, (_, i) => i);

for (const [height, width, channels] of [[28, 28, 1], [32, 32, 3]] as const) {
  const noise = uniforms(64 * height * width * channels, stream({ seed: 0, name: "pixels" }));
  const pixels = Uint8Array.from(noise, (u) => 256 * u);
  const set: ImageSet = {
    name: "noise",
    height,
    width,
    channels,
    numClasses: 1,
    classNames: ["noise"],
    size: 64,
    images: pixels,
    labels: new Int32Array(64),
    mean: Array(channels).fill(0.5),
    std: Array(channels).fill(0.29),
    contentHash: "",
  };
  const address = { seed: 0, epoch: 0 };
  const edits = drawEdits(set, samples, augmentation, address);
  const group = `augmentBatch 64 images of ${height}×${width}×${channels}`;
  Deno.bench(`${group}, edits given, fused`, { group, baseline: true }, () => {
    augmentImages(pixels, set, edits);
  });
  Deno.bench(`${group}, edits given, reference`, { group }, () => {
    augmentImagesReference(pixels, set, edits);
  });
  Deno.bench(`${group}, edits drawn`, { group }, () => {
    augmentBatch(set, samples, augmentation, address);
  });
  Deno.bench(`${group}, edits drawn, another thread, time of the caller's`, { group }, async (bench) => {
    bench.start();
    const batch = augmentBatchAsync(set, samples, augmentation, address);
    bench.end();
    await batch;
  });
}
