import { augmentViews, augmentViewsAsync, drawSteps, extremaViews } from "@lacuna/data/augment";
import { stream, uniforms } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { imageViews, type SourceImage } from "@lacuna/tensor/image-views";
import { imageViewsReference } from "../tensor/ops/image_views_reference.ts";

await useDevice("native");

const samples = Int32Array.from({ length: 64 }, (_, i) => i);
const jitter = { brightness: 0.4, contrast: 0.4, probability: 0.8 };

for (const [size, channels] of [[28, 1], [32, 3], [224, 3]] as const) {
  const shape = { height: size, width: size, channels };
  const noise = uniforms(size * size * channels, stream({ seed: 0, name: "pixels" }));
  const images: SourceImage[] = Array.from(
    samples,
    () => ({ ...shape, pixels: Uint8Array.from(noise, (u) => 256 * u) }),
  );
  const [mean, std] = [Array<number>(channels).fill(0.5), Array<number>(channels).fill(0.29)];
  const plan = extremaViews({ size, mean, std, jitter, grayscaleProbability: 0 });
  const address = { seed: 0, epoch: 0 };
  const steps = Array.from(samples, (sample) => drawSteps(plan, shape, { ...address, sample }));
  const format = { ...shape, mean, std };
  const views = images.flatMap(
    () => [new Float32Array(size * size * channels), new Float32Array(size * size * channels)],
  );
  const group = `ExtreMA's two views of 64 images of ${size}×${size}×${channels}`;
  Deno.bench(`${group}, steps given, fused`, { group, baseline: true }, () => {
    imageViews(images, steps, format);
  });
  if (size < 224) {
    Deno.bench(`${group}, steps given, reference`, { group }, () => {
      imageViewsReference(images, steps, format, views);
    });
  }
  Deno.bench(`${group}, steps drawn`, { group }, () => {
    augmentViews(images, plan, { ...address, samples });
  });
  Deno.bench(`${group}, steps drawn, another thread, time of the caller's`, { group }, async (bench) => {
    bench.start();
    const batch = augmentViewsAsync(images, plan, { ...address, samples });
    bench.end();
    await batch;
  });
}
