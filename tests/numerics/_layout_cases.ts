import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { sum } from "./_rounded.ts";

/** From stride, to stride, rows, count. */
const copyRuns: KernelCases = {
  sizes: [[5, 5, 0, 5], [5, 5, 3, 0], [1, 1, 1, 1], [7, 9, 5, 7], [40, 33, 5, 33], [0, 3, 4, 3]],
  large: [[101, 107, 900, 97], [7, 5, 20000, 3]],
  call(draw, fromStride, toStride, rows, count) {
    const from = draw.normals(rows! > 0 ? (rows! - 1) * fromStride! + count! : 0);
    const to = output(rows! > 0 ? (rows! - 1) * toStride! + count! : 0);
    return {
      args: [from, fromStride!, to, toStride!, rows!, count!],
      written: () => [[
        to,
        range(to.length, (at) => {
          const [row, i] = [Math.floor(at / toStride!), at % toStride!];
          return i < count! ? from[row * fromStride! + i]! : NaN; // between the runs nothing is written
        }),
      ]],
    };
  },
};

/** Size of a run, floats from place to place in the result's last axis, then a shape whose axes are the input's in opposite order. */
const copyPlaces: KernelCases = {
  sizes: [
    [1, 1, 1],
    [1, 1, 3, 5],
    [1, 1, 37, 19],
    [7, 7, 3, 5],
    [5, 9, 2, 3, 4],
    [1, 2, 2, 3, 2, 3, 2, 2, 1, 2],
    [0, 1, 3, 5],
    [3, 3, 0, 5],
  ],
  large: [[1, 1, 263, 311], [1, 3, 17, 61, 83], [9, 9, 97, 101], [70, 71, 31, 37]],
  call(draw, run, step, ...shape) {
    const product = (sizes: number[], start: number) => sizes.reduce((size, n) => size * n, start);
    const fromStrides = shape.map((_, axis) => product(shape.slice(0, axis), run!));
    const toStrides = shape.map((_, axis) => product(shape.slice(axis + 1), step!));
    const from = draw.normals(product(shape, run!));
    const to = output(product(shape, step!));
    return {
      args: [
        ...[from, to, Uint32Array.from(shape), Uint32Array.from(fromStrides), Uint32Array.from(toStrides)],
        ...[shape.length, run!],
      ],
      written: () => [[
        to,
        range(to.length, (at) => {
          let [place, rest] = [at % step!, Math.floor(at / step!)];
          if (place >= run!) return NaN; // between the runs nothing is written
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            place += rest % shape[axis]! * fromStrides[axis]!;
            rest = Math.floor(rest / shape[axis]!);
          }
          return from[place]!;
        }),
      ]],
    };
  },
};

const tokenSizes = [
  [1, 1, 1, 1, 1],
  [2, 5, 3, 2, 0],
  [2, 5, 3, 0, 2],
  [2, 5, 0, 2, 2],
  [2, 5, 7, 4, 3],
  [3, 6, 33, 3, 2],
];
const manyTokens = [[7, 50, 96, 14, 17], [1, 600, 70, 2, 500]];

/** Batch, tokens, dim, rows, visible. */
const gatherTokens: KernelCases = {
  sizes: tokenSizes,
  large: manyTokens,
  call(draw, batch, tokens, dim, rows, visible) {
    const from = draw.normals(batch! * tokens! * dim!);
    const keep = draw.integers(rows! * visible!, tokens!);
    const out = output(rows! * visible! * dim!);
    return {
      args: [from, keep, out, batch!, tokens!, dim!, rows!, visible!],
      returns: 0,
      written: () => [[
        out,
        range(out.length, (at) => {
          const [picked, j] = [Math.floor(at / dim!), at % dim!];
          const sample = Math.floor(picked / visible!) % batch!;
          return from[(sample * tokens! + keep[picked]!) * dim! + j]!;
        }),
      ]],
    };
  },
};

/** The same; a token that is kept several times gets the sum. */
const gatherTokensGrad: KernelCases = {
  sizes: tokenSizes,
  large: manyTokens,
  call(draw, batch, tokens, dim, rows, visible) {
    const dout = draw.normals(rows! * visible! * dim!);
    const keep = draw.integers(rows! * visible!, tokens!);
    const dtokens = output(batch! * tokens! * dim!);
    return {
      args: [dout, keep, dtokens, batch!, tokens!, dim!, rows!, visible!],
      written: () => {
        const terms = range(dtokens.length, (): number[] => []);
        for (const [picked, token] of keep.entries()) {
          const sample = Math.floor(picked / visible!) % batch!;
          for (let j = 0; j < dim!; j++) {
            terms[(sample * tokens! + token) * dim! + j]!.push(dout[picked * dim! + j]!);
          }
        }
        return [[dtokens, terms.map((list) => sum(list))]];
      },
    };
  },
};

const patchSizes = [
  [0, 4, 4, 3, 2, 0, 2, 1],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [2, 6, 9, 3, 3, 2, 6, 0],
  [2, 6, 9, 3, 3, 6, 4, 1],
  [3, 10, 14, 1, 2, 3, 5, 1],
  [2, 34, 17, 5, 17, 4, 2, 1],
];
const manyPatches = [[5, 64, 64, 3, 8, 15, 21, 1], [40, 28, 28, 1, 4, 40, 49, 0]];

/** Where each number of the patches lies in the images; the sizes are those of the kernel, then whether some patches are kept. */
function patchPlaces(
  keep: Int32Array | null,
  [batch, height, width, channels, patch, rows, visible]: number[],
) {
  const columns = width! / patch!;
  return range(rows! * visible! * patch! * patch! * channels!, (at) => {
    const channel = at % channels!;
    const x = Math.floor(at / channels!) % patch!;
    const y = Math.floor(at / (channels! * patch!)) % patch!;
    const picked = Math.floor(at / (channels! * patch! * patch!));
    const token = keep ? keep[picked]! : picked % visible!;
    const image = Math.floor(picked / visible!) % batch!;
    const line = Math.floor(token / columns) * patch! + y;
    return ((image * height! + line) * width! + token % columns * patch! + x) * channels! + channel;
  });
}

/** Batch, height, width, channels, patch, rows, visible, and whether some patches are kept or all. */
const gatherPatches: KernelCases = {
  sizes: patchSizes,
  large: manyPatches,
  call(draw, ...sizes) {
    const [batch, height, width, channels, patch, rows, visible, isKept] = sizes as [
      ...[number, number, number, number, number, number, number],
      number,
    ];
    const images = draw.normals(batch * height * width * channels);
    const keep = isKept ? draw.integers(rows * visible, height / patch * (width / patch)) : null;
    const out = output(rows * visible * patch * patch * channels);
    return {
      args: [images, keep, out, ...sizes.slice(0, 7)],
      returns: 0,
      written: () => [[out, patchPlaces(keep, sizes).map((place) => images[place]!)]],
    };
  },
};

/** The same; a pixel that is kept several times gets the sum. */
const gatherPatchesGrad: KernelCases = {
  sizes: patchSizes,
  large: manyPatches,
  call(draw, ...sizes) {
    const [batch, height, width, channels, patch, rows, visible, isKept] = sizes as [
      ...[number, number, number, number, number, number, number],
      number,
    ];
    const dout = draw.normals(rows * visible * patch * patch * channels);
    const keep = isKept ? draw.integers(rows * visible, height / patch * (width / patch)) : null;
    const dimages = output(batch * height * width * channels);
    return {
      args: [dout, keep, dimages, ...sizes.slice(0, 7)],
      written: () => {
        const terms = range(dimages.length, (): number[] => []);
        for (const [i, place] of patchPlaces(keep, sizes).entries()) terms[place]!.push(dout[i]!);
        return [[dimages, terms.map((list) => sum(list))]];
      },
    };
  },
};

/** The kernels that move numbers. */
export const layoutCases = {
  copy_runs_f32: copyRuns,
  copy_places_f32: copyPlaces,
  gather_tokens_f32: gatherTokens,
  gather_tokens_grad_f32: gatherTokensGrad,
  gather_patches_f32: gatherPatches,
  gather_patches_grad_f32: gatherPatchesGrad,
};
