import { besideZeros, sumOf, type Terms } from "./_convolution_cases.ts";
import { type KernelCases, output, range } from "./_kernel_cases.ts";

/** Batch, height, width, channels, kernel, groups, output channels. */
type Sizes = readonly [number, number, number, number, number, number, number];

const sizes = [
  [0, 4, 3, 3, 3, 1, 5],
  [2, 0, 3, 3, 3, 1, 5],
  [1, 1, 1, 1, 1, 1, 1],
  [2, 3, 5, 2, 3, 1, 3],
  [3, 2, 1, 6, 5, 3, 12],
  [1, 7, 7, 16, 3, 2, 10],
];
const large = [[33, 7, 6, 16, 3, 2, 16]];

/**
 * Every product out[b, y, x, o] += in[b, y + i − half, x + j − half, c] · weight[i, j, c in o's group, o], listed by the numbers of one of the
 * three.
 * @param by Which: 0 for out, 1 for in, 2 for weight.
 */
function termsBy(by: 0 | 1 | 2, sizes: Sizes): Terms[] {
  const [batch, height, width, channels, kernel, groups, outChannels] = sizes;
  const inGroup = channels / groups, outGroup = outChannels / groups, half = (kernel - 1) / 2;
  const pixels = batch * height * width;
  const lengths = [pixels * outChannels, pixels * channels, kernel * kernel * inGroup * outChannels];
  const terms = range(lengths[by]!, (): [number, number][] => []);
  const [first, second] = ([[1, 2], [0, 2], [0, 1]] as const)[by];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const x = pixel % width, y = Math.floor(pixel / width) % height;
    for (let place = 0; place < kernel * kernel; place++) {
      const down = Math.floor(place / kernel) - half, right = place % kernel - half;
      const isInside = y + down >= 0 && y + down < height && x + right >= 0 && x + right < width;
      for (let o = 0; o < outChannels; o++) {
        for (let c = 0; c < inGroup; c++) {
          const channel = Math.floor(o / outGroup) * inGroup + c;
          const places = [
            pixel * outChannels + o,
            isInside ? (pixel + down * width + right) * channels + channel : -1,
            (place * inGroup + c) * outChannels + o,
          ] as const;
          if (places[by] >= 0) terms[places[by]]!.push([places[first], places[second]]);
        }
      }
    }
  }
  return terms;
}

const convolution: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const [batch, height, width, channels, kernel, groups, outChannels] = sizes as unknown as Sizes;
    const x = draw.normals(batch * height * width * channels);
    const weight = draw.normals(kernel * kernel * channels / groups * outChannels);
    const bias = draw.normals(outChannels);
    const out = output(batch * height * width * outChannels);
    return {
      args: [x, weight, bias, out, ...sizes],
      written: () => {
        const terms = termsBy(0, sizes as unknown as Sizes);
        return [[out, terms.map((list, i) => sumOf(list, x, weight, bias[i % outChannels]))]];
      },
    };
  },
};

const inputGrad: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const [batch, height, width, channels, kernel, groups, outChannels] = sizes as unknown as Sizes;
    const dout = draw.normals(batch * height * width * outChannels);
    const weight = draw.normals(kernel * kernel * channels / groups * outChannels);
    const dx = output(batch * height * width * channels);
    return {
      args: [dout, weight, dx, ...sizes],
      written: () => {
        const sums = termsBy(1, sizes as unknown as Sizes).map((list) => sumOf(list, dout, weight));
        return [[dx, besideZeros(weight, sums)]];
      },
    };
  },
};

const weightGrad: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const [batch, height, width, channels, kernel, groups, outChannels] = sizes as unknown as Sizes;
    const dout = draw.normals(batch * height * width * outChannels);
    const x = draw.normals(batch * height * width * channels);
    const dweight = output(kernel * kernel * channels / groups * outChannels);
    return {
      args: [dout, x, dweight, ...sizes],
      written: () => {
        const sums = termsBy(2, sizes as unknown as Sizes).map((list) => sumOf(list, dout, x));
        return [[dweight, besideZeros(x, sums)]];
      },
    };
  },
};

/** The kernels of convolution of grids. */
export const gridConvolutionCases = {
  grouped_conv2d_f32: convolution,
  grouped_conv2d_grad_input_f32: inputGrad,
  grouped_conv2d_grad_weight_f32: weightGrad,
};
