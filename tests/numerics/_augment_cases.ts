import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { add, div, mul, type Real, type Rounded, sub, sum } from "./_rounded.ts";

/** Of an image: top, left, rows, columns, flip; and of each view: brightness, contrast, contrast first. */
const [perImage, perView] = [5, 3];

function clip(x: Real): Rounded {
  const { value, error } = add(x, 0);
  return { value: Math.min(Math.max(value, 0), 1), error };
}

/** The two pixels of a box that pixel i of `size` lies between, and the second's weight. */
function between(i: number, size: number, box: number): { first: number; second: number; weight: Rounded } {
  const centre = Math.min(Math.max((i + 0.5) * box / size - 0.5, 0), box - 1);
  const first = Math.floor(centre);
  return { first, second: Math.min(first + 1, box - 1), weight: mul(centre - first, 1) };
}

function mix(first: Real, second: Real, weight: Rounded): Rounded {
  return add(first, mul(weight, sub(second, first)));
}

/** Views, batch, height, width, channels. */
const augment: KernelCases = {
  sizes: [[1, 0, 5, 5, 1], [0, 1, 5, 5, 1], [1, 1, 1, 1, 1], [2, 2, 7, 9, 3], [1, 3, 28, 28, 1], [
    3,
    1,
    5,
    6,
    2,
  ]],
  large: [[2, 2, 65, 71, 3]],
  call(draw, views, batch, height, width, channels) {
    const size = height! * width! * channels!;
    const images = Uint8Array.from(draw.integers(batch! * size, 256));
    const stride = perImage + views! * perView;
    const edits = new Float32Array(batch! * stride);
    for (let b = 0; b < batch!; b++) {
      const [rows, columns] = [1 + draw.integers(1, height!)[0]!, 1 + draw.integers(1, width!)[0]!];
      const [top, left] = [
        draw.integers(1, height! - rows + 1)[0]!,
        draw.integers(1, width! - columns + 1)[0]!,
      ];
      edits.set([top, left, rows, columns, b % 2], b * stride);
      for (let view = 0; view < views!; view++) {
        const light = view === 1 ? [1, 1] : [...draw.settings(2, 0.5, 1.5)]; // the second view leaves the light as it is
        edits.set([...light, view % 2], b * stride + perImage + view * perView);
      }
    }
    const statistics = draw.settings(3 * channels!, 0.1, 2);
    const work = new Float32Array(3 * width! + 2 * width! * channels! + 3 * 16 * channels!);
    const out = output(views! * batch! * size);
    const part = (b: number): Rounded[] => {
      const [top, left, rows, columns, flip] = edits.subarray(b * stride) as unknown as number[];
      const pixel = (y: number, x: number, c: number) =>
        images[b * size + ((top! + y) * width! + left! + x) * channels! + c]!;
      return range(size, (at) => {
        const c = at % channels!,
          x = Math.floor(at / channels!) % width!,
          y = Math.floor(at / channels! / width!);
        const across = between(flip ? width! - 1 - x : x, width!, columns!);
        const down = between(y, height!, rows!);
        const row = (i: number) => mix(pixel(i, across.first, c), pixel(i, across.second, c), across.weight);
        return mul(mix(row(down.first), row(down.second), down.weight), div(1, 255));
      });
    };
    const seen = (pixels: Rounded[], light: Float32Array): Rounded[] => {
      const [brightness, contrast, contrastFirst] = light as unknown as [number, number, number];
      const shown = (x: Rounded, c: number) => sub(mul(x, statistics[c]!), statistics[channels! + c]!);
      if (brightness === 1 && contrast === 1) return pixels.map((x, i) => shown(x, i % channels!));
      const bright = (x: Rounded) => clip(mul(x, brightness));
      const grey = sum(
        pixels.map((x, i) =>
          mul(contrastFirst ? clip(x) : bright(x), statistics[2 * channels! + i % channels!]!)
        ),
      );
      const offset = mul(sub(1, contrast), div(grey, height! * width!));
      const strong = (x: Rounded) => clip(add(mul(x, contrast), offset));
      return pixels.map((x, i) =>
        shown(contrastFirst ? bright(strong(x)) : strong(bright(x)), i % channels!)
      );
    };
    return {
      args: [images, edits, statistics, work, out, views!, batch!, height!, width!, channels!],
      written: () => {
        const parts = range(batch!, part);
        const pixels = range(
          views!,
          (view) =>
            parts.map((pixels, b) => seen(pixels, edits.subarray(b * stride + perImage + view * perView))),
        );
        return [[out, pixels.flat(2)]];
      },
    };
  },
};

/** The kernel of images' views. */
export const augmentCases = { augment_f32: augment };
