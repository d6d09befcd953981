import { encodeImageSteps } from "../../tensor/ops/_encode_image_steps.ts";
import type { ImageStep, ImageSteps, SourceImage } from "../../tensor/ops/image_views.ts";
import { imageViewsReference } from "../../tensor/ops/image_views_reference.ts";
import { type Draw, type KernelCases, output, range } from "./_kernel_cases.ts";

/** An image step has no jumps here: those that do are compared with torchvision's, in data/augment. */
const tolerance = 1e-5; // values to 4, some ten roundings of each step

function someSteps(draw: Draw, b: number, { height, width }: SourceImage, view: ImageStep): ImageSteps {
  const [rows, columns] = [1 + draw.integers(1, height)[0]!, 1 + draw.integers(1, width)[0]!];
  const [top, left] = [draw.integers(1, height - rows + 1)[0]!, draw.integers(1, width - columns + 1)[0]!];
  const box = { top, left, height: rows, width: columns };
  const [factor, sigma] = draw.settings(2, 0.5, 1.5) as unknown as [number, number];
  const views: ImageStep[][] = [
    [{ kind: "brightness", factor }, { kind: "contrast", factor: 2 - factor }, {
      kind: "saturation",
      factor,
    }],
    [{ kind: "blur", sigma, kernelSize: 9 }, { kind: "hue", shift: factor - 1 }, { kind: "invert" }],
    [{ kind: "sharpness", factor }, { kind: "flip" }, { kind: "grayscale" }],
    [],
  ];
  return b % 2 === 0 ? { shared: [{ ...view, box } as ImageStep], views } : {
    shared: [],
    views: views.map((steps) => [{ kind: "flip" }, { ...view, box }, ...steps] as ImageStep[]),
  };
}

/** Four views; images, height, width and channels of the views, whether of floats, on how many threads. */
const views: KernelCases = {
  sizes: [[0, 5, 5, 3, 0, 0], [1, 1, 1, 1, 0, 0], [2, 7, 19, 3, 0, 1], [3, 33, 18, 2, 1, 2], [
    2,
    17,
    16,
    4,
    1,
    1,
  ]],
  large: [[5, 37, 41, 3, 0, 0]],
  call(draw, batch, height, width, channels, real, alone) {
    const sizes = range(batch!, (b) => ({
      height: 1 + draw.integers(1, 2 * height!)[0]!,
      width: b % 3 === 2 ? width! : 1 + draw.integers(1, 2 * width!)[0]!,
    }));
    const images = sizes.map((size): SourceImage => {
      const length = size.height * size.width * channels!;
      const pixels = real ? draw.settings(length, 0, 1) : Uint8Array.from(draw.integers(length, 256));
      return { ...size, channels: channels!, pixels };
    });
    const filters = ["bilinear", "bicubic"] as const;
    const steps = images.map((image, b) =>
      someSteps(draw, b, image, {
        kind: "resize",
        height: height!,
        width: width!,
        filter: filters[b % 2]!,
        antialias: b % 3 < 2,
      })
    );
    const mean = [...draw.settings(channels!, 0.3, 0.6)], std = [...draw.settings(channels!, 0.3, 0.6)];
    const statistics = Float32Array.from([...std.map((s) => 1 / s), ...mean.map((m, c) => m / std[c]!)]);
    const encoded = encodeImageSteps(steps, images, { numViews: 4, channels: channels! });
    const size = batch! * height! * width! * channels!;
    const table = new Uint8Array(32 * batch!);
    const out = output(4 * size);
    return {
      before: images.map(({ height, width, pixels }, b) => ({
        kernel: "set_image" as const,
        args: [table, b, ...(real ? [null, pixels] : [pixels, null]), height, width],
      })),
      args: [
        table,
        encoded.segments,
        encoded.steps,
        statistics,
        out,
        ...[4, batch!, height!, width!, channels!, alone!],
      ],
      written: () => {
        const expected = range(4, () => new Float32Array(size));
        const format = { height: height!, width: width!, channels: channels!, mean, std };
        imageViewsReference(images, steps, format, expected);
        return [[out, expected.flatMap((view) => [...view].map((value) => ({ value, error: tolerance })))]];
      },
      returns: 0,
    };
  },
};

/** The kernel of images' views. */
export const imageCases = { image_views_f32: views };
