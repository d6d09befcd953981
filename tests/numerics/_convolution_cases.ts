import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { dot, type Rounded } from "./_rounded.ts";

/** Batch, time, channels, kernel, stride, groups, padding before, output time, output channels. */
type Sizes = readonly [number, number, number, number, number, number, number, number, number];

const sizes = [
  [0, 9, 3, 3, 1, 1, 0, 7, 5],
  [2, 2, 3, 3, 1, 1, 0, 0, 5],
  [1, 1, 1, 1, 1, 1, 0, 1, 1],
  [2, 20, 1, 5, 3, 1, 0, 6, 7],
  [3, 13, 5, 3, 2, 1, 0, 6, 9],
  [2, 13, 6, 4, 1, 2, 2, 14, 10],
  [1, 300, 3, 2, 1, 1, 0, 299, 4],
  [1, 300, 3, 2, 3, 1, 0, 100, 4],
  [2, 290, 4, 5, 1, 4, 3, 290, 8],
];
const large = [[2, 3000, 1, 10, 5, 1, 0, 599, 64], [9, 40, 33, 3, 2, 1, 0, 19, 35], [
  1,
  260,
  32,
  32,
  1,
  16,
  15,
  260,
  32,
]];

/** Pairs of places in two tensors, whose numbers' products make a sum; place −1 is padding, which counts as 0. */
export type Terms = readonly (readonly [number, number])[];

/**
 * Every product out[b, t, o] += x[b, t · stride + k − left, c] · weight[k, c in o's group, o], listed by the numbers of one of the three.
 * @param by Which: 0 for out, 1 for x, 2 for weight.
 */
function termsBy(by: 0 | 1 | 2, sizes: Sizes): Terms[] {
  const [batch, time, channels, kernel, stride, groups, left, outTime, outChannels] = sizes;
  const inGroup = channels / groups, outGroup = outChannels / groups;
  const lengths = [batch * outTime * outChannels, batch * time * channels, kernel * inGroup * outChannels];
  const terms = range(lengths[by]!, (): [number, number][] => []);
  const [first, second] = ([[1, 2], [0, 2], [0, 1]] as const)[by];
  for (let i = 0; i < batch * outTime * kernel * outChannels * inGroup; i++) {
    const c = i % inGroup, o = Math.floor(i / inGroup) % outChannels;
    const k = Math.floor(i / (inGroup * outChannels)) % kernel;
    const t = Math.floor(i / (inGroup * outChannels * kernel)) % outTime;
    const b = Math.floor(i / (inGroup * outChannels * kernel * outTime));
    const at = t * stride + k - left;
    const places = [
      (b * outTime + t) * outChannels + o,
      at >= 0 && at < time ? (b * time + at) * channels + Math.floor(o / outGroup) * inGroup + c : -1,
      (k * inGroup + c) * outChannels + o,
    ] as const;
    if (places[by] >= 0) terms[places[by]]!.push([places[first], places[second]]);
  }
  return terms;
}

/** The sum of two tensors' products, which a bias may start. */
export function sumOf(terms: Terms, a: Float32Array, b: Float32Array, start?: number): Rounded {
  return dot(terms.length, (i) => a[terms[i]![0]] ?? 0, (i) => b[terms[i]![1]] ?? 0, start);
}

/** Sums to which a kernel may add an operand's products with the zeros of windows that are not there: NaN, where it is not finite. */
export function besideZeros(operand: Float32Array, sums: Rounded[]): (Rounded | undefined)[] {
  if (operand.every(Number.isFinite)) return sums;
  return sums.map((sum) => Number.isFinite(sum.value) ? undefined : sum);
}

const convolution: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const [batch, time, channels, kernel, , groups, , outTime, outChannels] = sizes as unknown as Sizes;
    const x = draw.normals(batch * time * channels);
    const weight = draw.normals(kernel * channels / groups * outChannels);
    const bias = time % 2 ? draw.normals(outChannels) : null;
    const out = output(batch * outTime * outChannels);
    return {
      args: [x, weight, bias, out, ...sizes],
      written: () => {
        const terms = termsBy(0, sizes as unknown as Sizes);
        return [[out, terms.map((list, i) => sumOf(list, x, weight, bias?.[i % outChannels]))]];
      },
    };
  },
};

const inputGrad: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const [batch, time, channels, kernel, , groups, , outTime, outChannels] = sizes as unknown as Sizes;
    const dout = draw.normals(batch * outTime * outChannels);
    const weight = draw.normals(kernel * channels / groups * outChannels);
    const dx = output(batch * time * channels);
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
    const [batch, time, channels, kernel, , groups, , outTime, outChannels] = sizes as unknown as Sizes;
    const dout = draw.normals(batch * outTime * outChannels);
    const x = draw.normals(batch * time * channels);
    const dweight = output(kernel * channels / groups * outChannels);
    return {
      args: [dout, x, dweight, ...sizes],
      written: () => {
        const sums = termsBy(2, sizes as unknown as Sizes).map((list) => sumOf(list, dout, x));
        return [[dweight, besideZeros(x, sums)]];
      },
    };
  },
};

/** The kernels of convolution along time. */
export const convolutionCases = {
  conv1d_f32: convolution,
  conv1d_grad_input_f32: inputGrad,
  conv1d_grad_weight_f32: weightGrad,
};
