import { computed, type Draw, type KernelCases, output, range, type Written } from "./_kernel_cases.ts";
import { add, div, dot, exact, max, mean, mul, type Real, type Rounded, sqrt, sub, sum } from "./_rounded.ts";

const rowsOf = (rows: number, dim: number) => range(rows, (r) => range(dim, (j) => r * dim + j));
const columnsOf = (rows: number, dim: number) => range(dim, (j) => range(rows, (r) => r * dim + j));

const epsilon = Math.fround(1e-5);

/** Mean and inverse standard deviation of numbers. */
export function statistics(values: readonly Real[]): { mean: Rounded; inverseStd: Rounded } {
  const centre = mean(values);
  const variance = mean(values.map((value) => {
    const centred = sub(value, centre);
    return mul(centred, centred);
  }));
  return { mean: centre, inverseStd: div(1, sqrt(add(variance, epsilon))) };
}

/**
 * Both norms, on rows x dim: `groupOf` tells whose statistics an element has.
 * y = (x − mean) · inverse_std · weight + bias
 */
function normalize(groups: (rows: number, dim: number) => number[][]): KernelCases["call"] {
  return (draw, rows, dim) => {
    const [x, weight, bias] = [draw.normals(rows! * dim!), draw.normals(dim!), draw.normals(dim!)];
    const members = groups(rows!, dim!);
    const y = output(x.length);
    const [means, inverseStds] = [output(members.length), output(members.length)];
    return {
      args: [x, weight, bias, y, means, inverseStds, rows!, dim!, epsilon],
      written: () => {
        const found = members.map((group) => statistics(group.map((i) => x[i]!)));
        const normalized = new Array<Rounded>(x.length);
        for (const [g, group] of members.entries()) {
          const { mean, inverseStd } = found[g]!;
          for (const i of group) {
            const z = mul(sub(x[i]!, mean), inverseStd);
            normalized[i] = add(mul(z, weight[i % dim!]!), bias[i % dim!]!);
          }
        }
        return [
          [y, normalized],
          [means, found.map(({ mean }) => mean)],
          [inverseStds, found.map(({ inverseStd }) => inverseStd)],
        ];
      },
    };
  };
}

/**
 * With g = dy · weight and z the normalised x: dx = inverse_std · (g − mean(g) − z · mean(g · z)), means over a group;
 * dweight = Σ dy · z, dbias = Σ dy over the rows. Where a group has one weight, it may as well come last.
 */
function normalizeGrad(
  groups: (rows: number, dim: number) => number[][],
  weightLast: boolean,
): KernelCases["call"] {
  return (draw, rows, dim) => {
    const [dy, x, weight] = [draw.normals(rows! * dim!), draw.normals(rows! * dim!), draw.normals(dim!)];
    const members = groups(rows!, dim!);
    const found = members.map((group) => statistics(group.map((i) => x[i]!)));
    const means = computed(found.map(({ mean }) => mean));
    const inverseStds = computed(found.map(({ inverseStd }) => inverseStd));
    const [dx, dweight, dbias] = [output(x.length), output(dim!), output(dim!)];
    return {
      args: [dy, x, weight, means, inverseStds, dx, dweight, dbias, rows!, dim!],
      written: () => {
        const z = new Array<Rounded>(x.length);
        const slopes = new Array<Rounded>(x.length);
        for (const [group, indices] of members.entries()) {
          for (const i of indices) z[i] = mul(sub(x[i]!, means[group]!), inverseStds[group]!);
          const g = (i: number) => weightLast ? exact(dy[i]!) : mul(dy[i]!, weight[i % dim!]!);
          const meanG = mean(indices.map(g));
          const meanGz = mean(indices.map((i) => mul(g(i), z[i]!)));
          for (const i of indices) {
            const slope = sub(sub(g(i), meanG), mul(z[i]!, meanGz));
            const factor = weightLast ? mul(inverseStds[group]!, weight[i % dim!]!) : inverseStds[group]!;
            slopes[i] = mul(slope, factor);
          }
        }
        const column = (j: number) => range(rows!, (r) => r * dim! + j);
        return [
          [dx, slopes],
          [dweight, range(dim!, (j) => sum(column(j).map((i) => mul(dy[i]!, z[i]!))))],
          [dbias, range(dim!, (j) => sum(column(j).map((i) => dy[i]!)))],
        ];
      },
    };
  };
}

/** Batch, rows, dim, and whether there is a scale. */
const residualSizes = [[0, 0, 5, 1], [1, 1, 1, 1], [2, 6, 7, 0], [3, 9, 37, 1], [2, 10, 16, 1], [
  1,
  5,
  1031,
  1,
]];
const largeResidual = [[3, 300, 301, 1], [4, 9004, 9, 0]];

/** The factor of a branch, of which about a third are dropped. */
function scales(draw: Draw, batch: number, hasScale: number): Float32Array | null {
  return hasScale ? draw.uniforms(batch, 0, 2).map((value) => value < 0.7 ? 0 : value) : null;
}

/** x + scale[sample] · branch, whatever a branch that is dropped holds. */
function scaled(scale: Float32Array | null, sample: number, branch: Real): Real {
  if (!scale) return branch;
  return scale[sample] === 0 ? 0 : mul(branch, scale[sample]!);
}

/** sum = x + scale · branch, and its normalisation by rows. */
const addLayerNorm: KernelCases = {
  sizes: residualSizes,
  large: largeResidual,
  call(draw, batch, rows, dim, hasScale) {
    const [x, branch] = [draw.normals(rows! * dim!), draw.normals(rows! * dim!)];
    const scale = scales(draw, batch!, hasScale!);
    const [weight, bias] = [draw.normals(dim!), draw.normals(dim!)];
    const [sums, y, means, inverseStds] = [x.length, x.length, rows!, rows!].map(output) as [
      ...[Float32Array, Float32Array, Float32Array],
      Float32Array,
    ];
    return {
      args: [x, branch, scale, weight, bias, sums, y, means, inverseStds, batch!, rows!, dim!, epsilon],
      written: () => {
        const total = range(x.length, (i) => {
          const sample = Math.floor(i / (rows! / batch! * dim!));
          return add(x[i]!, scaled(scale, sample, branch[i]!));
        });
        const found = rowsOf(rows!, dim!).map((row) => statistics(row.map((i) => total[i]!)));
        const normalized = total.map((value, i) => {
          const { mean, inverseStd } = found[Math.floor(i / dim!)]!;
          return add(mul(mul(sub(value, mean), inverseStd), weight[i % dim!]!), bias[i % dim!]!);
        });
        return [
          [sums, total],
          [y, normalized],
          [means, found.map(({ mean }) => mean)],
          [inverseStds, found.map(({ inverseStd }) => inverseStd)],
        ];
      },
    };
  },
};

/** As layer norm's, with dx = dsum + …, and dbranch = scale · dx. Without a scale, every second call has no dsum either. */
const addLayerNormGrad: KernelCases = {
  sizes: residualSizes,
  large: largeResidual,
  call(draw, batch, rows, dim, hasScale) {
    const dsum = hasScale || rows! % 4 === 2 ? draw.normals(rows! * dim!) : null;
    const { args, written } = normalizeGrad(rowsOf, false)(draw, rows!, dim!);
    const [dy, sums, weight, means, inverseStds, dx, dweight, dbias] = args as Float32Array[];
    const scale = scales(draw, batch!, hasScale!);
    const dbranch = scale && output(dx!.length);
    return {
      args: [
        ...[dsum, dy!, sums!, scale, weight!, means!, inverseStds!, dx!, dbranch, dweight!, dbias!],
        ...[batch!, rows!, dim!],
      ],
      written: () => {
        const [[, slopes], ...others] = written() as [Written, ...Written[]];
        const total = slopes.map((slope, i) => dsum ? add(dsum[i]!, slope!) : slope!);
        const branch = total.map((slope, i) => scaled(scale, Math.floor(i / (rows! / batch! * dim!)), slope));
        return [[dx!, total], ...others, ...dbranch ? [[dbranch, branch] as const] : []];
      },
    };
  },
};

const rowSizes = [[0, 5], [1, 1], [1, 17], [3, 7], [5, 37], [67, 16], [2, 1031]];
const largeRows = [[300, 301], [70, 1000], [9001, 9]];

/** y = x / max(‖x‖, ε), by rows. */
const l2Normalize: KernelCases = {
  sizes: rowSizes,
  large: largeRows,
  call(draw, rows, dim) {
    const x = draw.normals(rows! * dim!);
    const [y, norm] = [output(x.length), output(rows!)];
    const least = Math.fround(Math.max(1e-12, 0.8 * draw.scale * Math.sqrt(dim!))); // some rows are shorter
    return {
      args: [x, y, norm, rows!, dim!, least],
      written: () => {
        const lengths = rowsOf(rows!, dim!).map((row) =>
          max(sqrt(dot(dim!, (j) => x[row[j]!]!, (j) => x[row[j]!]!)), least)
        );
        return [[y, range(x.length, (i) => div(x[i]!, lengths[Math.floor(i / dim!)]!))], [norm, lengths]];
      },
    };
  },
};

/** dx = (dy − y · (dy · y)) / norm; where the norm is ε, dx = dy / ε. */
const l2NormalizeGrad: KernelCases = {
  sizes: rowSizes,
  large: largeRows,
  call(draw, rows, dim) {
    const [dy, y] = [draw.normals(rows! * dim!), draw.normals(rows! * dim!, 1 / Math.sqrt(dim!))];
    const least = 0.5;
    const norm = draw.uniforms(rows!, 0, 2).map((length) => Math.max(length, least));
    const dx = output(y.length);
    return {
      args: [dy, y, norm, dx, rows!, dim!, least],
      written: () => {
        const along = rowsOf(rows!, dim!).map((row, r) =>
          norm[r]! > least ? dot(dim!, (j) => dy[row[j]!]!, (j) => y[row[j]!]!) : 0
        );
        return [[
          dx,
          range(dx.length, (i) => {
            const r = Math.floor(i / dim!);
            return div(sub(dy[i]!, mul(y[i]!, along[r]!)), norm[r]!);
          }),
        ]];
      },
    };
  },
};

/** The kernels of normalisation. */
export const normCases = {
  layer_norm_f32: { sizes: rowSizes, large: largeRows, call: normalize(rowsOf) },
  layer_norm_grad_f32: { sizes: rowSizes, large: largeRows, call: normalizeGrad(rowsOf, false) },
  add_layer_norm_f32: addLayerNorm,
  add_layer_norm_grad_f32: addLayerNormGrad,
  batch_norm_f32: { sizes: rowSizes.slice(1), large: largeRows, call: normalize(columnsOf) },
  batch_norm_grad_f32: { sizes: rowSizes.slice(1), large: largeRows, call: normalizeGrad(columnsOf, true) },
  l2_normalize_f32: l2Normalize,
  l2_normalize_grad_f32: l2NormalizeGrad,
};
