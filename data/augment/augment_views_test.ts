import { useDevice } from "@lacuna/tensor";
import { imageViewsReference } from "../../tensor/ops/image_views_reference.ts";
import type { SourceImage } from "@lacuna/tensor/image-views";
import assert from "node:assert/strict";
import { augmentViews, augmentViewsAsync } from "./augment_views.ts";
import { drawSteps } from "./draw_steps.ts";
import { imagesOf } from "./images_of.ts";
import * as presets from "./mod.ts";
import type { AugmentPlan } from "./transform.ts";

const devices: string[] = [];
for (const device of ["native", "wasm", "cpu"]) {
  await useDevice(device).then(() => devices.push(device), () => {}); // native where it is built
}

function imageOf(height: number, width: number, channels: number, seed: number): SourceImage {
  const at = (y: number, x: number, c: number) => 127.5 + 127.5 * Math.sin(seed + x / (5 + c) + y / 7); // smooth, as photographs are
  return {
    ...{ height, width, channels },
    pixels: Uint8Array.from(
      { length: height * width * channels },
      (_, i) => at(Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels),
    ),
  };
}

const plans: Readonly<Record<string, AugmentPlan>> = {
  byol: presets.byolViews({ size: 32 }),
  simclr: presets.simclrViews({ size: 24 }),
  extrema: presets.extremaViews({ size: 28 }),
  masked: presets.maskedViews({ size: 17 }),
  data2vec: presets.data2vecViews({ size: 16 }),
  supervised: presets.supervised({ size: 33 }),
  evaluation: presets.evaluation({ size: 20 }),
};

for (const device of devices) {
  Deno.test(`augmentViews() on ${device} does what each preset draws, to within rounding`, async () => {
    await useDevice(device);
    const images = [imageOf(50, 37, 3, 1), imageOf(30, 60, 3, 2), imageOf(41, 41, 3, 3)];
    const address = { seed: 5, epoch: 1, samples: [7, 8, 9] };
    for (const [name, plan] of Object.entries(plans)) {
      const { size: [height, width], mean, std } = plan;
      const views = augmentViews(images, plan, address);
      const steps = images.map((image, b) =>
        drawSteps(plan, image, { ...address, sample: address.samples[b]! })
      );
      const expected = views.map((view) => new Float32Array(view.length));
      imageViewsReference(images, steps, { height, width, channels: 3, mean, std }, expected);
      for (const [v, view] of views.entries()) {
        assert.equal(view.length, 3 * height * width * 3);
        const far = view.reduce(
          (far, value, i) => far + Number(Math.abs(value - expected[v]![i]!) > 1e-4),
          0,
        );
        assert.ok(far <= view.length / 200, `${far} of view ${v} of ${name}`); // some lie at a step's threshold
      }
    }
  });

  Deno.test(`augmentViews() on ${device} gives a sample the same bits in any batch, also beside the program`, async () => {
    await useDevice(device);
    const images = Array.from({ length: 5 }, (_, b) => imageOf(20 + 7 * b, 64 - 9 * b, 3, b));
    for (const plan of Object.values(plans)) {
      const all = augmentViews(images, plan, { seed: 0, epoch: 3, samples: [10, 11, 12, 13, 14] });
      const order = [3, 0, 4];
      const address = { seed: 0, epoch: 3, samples: order.map((b) => 10 + b) };
      const some = await augmentViewsAsync(order.map((b) => images[b]!), plan, address);
      const size = all[0]!.length / 5;
      for (const [v, view] of some.entries()) {
        for (const [i, b] of order.entries()) {
          assert.deepEqual(
            view.subarray(i * size, (i + 1) * size),
            all[v]!.subarray(b * size, (b + 1) * size),
          );
        }
      }
    }
  });

  Deno.test(`augmentViews() on ${device} takes grey images, single pixels and none`, async () => {
    await useDevice(device);
    const address = { seed: 0, epoch: 0, samples: [0, 1] };
    for (const [height, width] of [[1, 1], [1, 9], [28, 28]] as const) {
      for (
        const preset of [presets.byolViews, presets.simclrViews, presets.extremaViews, presets.supervised]
      ) {
        const plan = preset({ size: 28, mean: [0.5], std: [0.25] });
        const images = [imageOf(height, width, 1, 0), imageOf(height, width, 1, 1)];
        for (const view of augmentViews(images, plan, address)) {
          assert.equal(view.length, 2 * 28 * 28);
          assert.ok(view.every(Number.isFinite));
        }
      }
    }
    const none = augmentViews([], plans.byol!, { seed: 0, epoch: 0, samples: [] });
    assert.deepEqual(none, [new Float32Array(0), new Float32Array(0)]);
    assert.deepEqual(await augmentViewsAsync([], plans.byol!, { seed: 0, epoch: 0, samples: [] }), none);
  });
}

Deno.test("augmentViews() of ExtreMA's plan crops and mirrors both views the same way", async () => {
  await useDevice("cpu");
  const still = { brightness: 0, probability: 0 };
  const plan = presets.extremaViews({ size: 16, jitter: still, grayscaleProbability: 0 });
  const images = Array.from({ length: 6 }, (_, b) => imageOf(30, 40, 3, b));
  const [student, teacher] = augmentViews(images, plan, { seed: 0, epoch: 0, samples: [0, 1, 2, 3, 4, 5] });
  assert.deepEqual(student, teacher);
});

Deno.test("imagesOf() divides a batch without copying it", () => {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i);
  const images = imagesOf(pixels, { height: 1, width: 2, channels: 3 });
  assert.deepEqual(images.map(({ pixels }) => [...pixels]), [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]);
  assert.equal(images[1]!.pixels.buffer, pixels.buffer);
  assert.throws(() => imagesOf(pixels, { height: 5, width: 1, channels: 1 }), {
    name: "TypeError",
    message: "Cannot divide 12 values into images of 5×1×1: pass a multiple of 5",
  });
});

Deno.test("augmentViews() says which image does not fit", async () => {
  await useDevice("cpu");
  const address = { seed: 0, epoch: 0, samples: [3, 4] };
  const images = [imageOf(20, 20, 3, 0), imageOf(10, 20, 3, 1)];
  const plan: AugmentPlan = { ...plans.evaluation!, size: [12, 12], views: [[{ kind: "centerCrop" }]] };
  assert.throws(() => augmentViews(images, plan, address), {
    name: "RangeError",
    message:
      'Cannot crop 12×12 from the centre of 10×20: put a "resize" before, or choose a smaller size; image 1, sample 4',
  });
  assert.throws(() => augmentViews(images, { ...plan, views: [[]] }, address), {
    name: "RangeError",
    message: /view 0 of image 0: its steps end at 20×20, the view has 12×12/,
  });
  assert.throws(() => augmentViews(images, plan, { ...address, samples: [1] }), TypeError);
  await assert.rejects(augmentViewsAsync([imageOf(20, 20, 1, 0)], plan, { ...address, samples: [1] }), {
    name: "TypeError",
    message: /3 channels from image 0 with 1: decode it to 3/,
  });
});
