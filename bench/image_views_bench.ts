import { augmentViews, byolViews, drawSteps, supervised } from "@lacuna/data/augment";
import { stream, uniforms } from "@lacuna/random";
import { imageViews, useDevice } from "@lacuna/tensor";
import { imageViewsReference } from "../tensor/ops/image_views_reference.ts";

await useDevice("native");

const [height, width] = [96, 128];
const pixels = Uint8Array.from(
  uniforms(height * width * 3, stream({ seed: 0, name: "pixels" })),
  (u) => 256 * u,
);
const images = Array.from({ length: 4 }, () => ({ height, width, channels: 3, pixels }));
const address = { seed: 0, epoch: 0, samples: [0, 1, 2, 3] };

for (
  const [name, plan] of Object.entries({
    byol: byolViews({ size: 64 }),
    supervised: supervised({ size: 64 }),
  })
) {
  const steps = images.map((image, sample) => drawSteps(plan, image, { ...address, sample }));
  const format = { height: 64, width: 64, channels: 3, mean: plan.mean, std: plan.std };
  const group = `imageViews 4 images of ${height}×${width}×3 to 64×64, ${name}`;
  Deno.bench(`${group}, fused`, { group, baseline: true }, () => {
    imageViews(images, steps, format);
  });
  Deno.bench(`${group}, reference`, { group }, () => {
    const views = plan.views.map(() => new Float32Array(4 * 64 * 64 * 3));
    imageViewsReference(images, steps, format, views);
  });
  Deno.bench(`${group}, drawn`, { group }, () => {
    augmentViews(images, plan, address);
  });
}
