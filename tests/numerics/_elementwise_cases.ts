import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { add, div, erf, exp, max, mul, type Real, type Rounded, sub, sum } from "./_rounded.ts";

/** Φ(x) = (1 + erf(x / √2)) / 2 */
function normalCdf(x: Real): Rounded {
  return add(0.5, mul(0.5, erf(mul(x, Math.SQRT1_2))));
}

/** x · Φ(x) */
export function geluOf(x: Real): Rounded {
  return mul(x, normalCdf(x));
}

/** Φ(x) + x · φ(x) with φ(x) = e^(−x²/2) / √(2π) */
export function geluSlope(x: Real): Rounded {
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return add(normalCdf(x), mul(x, density));
}

const vectorSizes = [[0], [1], [3], [17], [100], [1031]];
const manyPieces = [[70001]];

const gelu: KernelCases = {
  sizes: vectorSizes,
  large: manyPieces,
  call(draw, size) {
    const [x, y] = [draw.normals(size!), output(size!)];
    return { args: [x, y, size!], written: () => [[y, range(size!, (i) => geluOf(x[i]!))]] };
  },
};

const geluGrad: KernelCases = {
  sizes: vectorSizes,
  large: manyPieces,
  call(draw, size) {
    const [dy, x, dx] = [draw.normals(size!), draw.normals(size!), output(size!)];
    return {
      args: [dy, x, dx, size!],
      written: () => [[dx, range(size!, (i) => mul(dy[i]!, geluSlope(x[i]!)))]],
    };
  },
};

const operations: readonly ((a: Real, b: Real) => Rounded)[] = [add, sub, mul, div, max];

/** Operation, outer, inner, and whether a and b go along the outer and the inner axis. */
const binary: KernelCases = {
  sizes: operations.flatMap((_, operation) => [
    [operation, 0, 5, 1, 1, 1, 1],
    [operation, 5, 0, 1, 1, 1, 1],
    [operation, 1, 1, 1, 1, 1, 1],
    [operation, 3, 37, 1, 1, 1, 1],
    [operation, 3, 37, 1, 0, 1, 1],
    [operation, 3, 37, 0, 1, 1, 1],
    [operation, 5, 19, 1, 1, 1, 0],
    [operation, 5, 19, 1, 1, 0, 1],
    [operation, 2, 5000, 0, 1, 0, 1],
  ]),
  large: [[0, 1, 70001, 1, 1, 1, 1], [3, 9000, 9, 1, 1, 0, 1]],
  call(draw, operation, outer, inner, aOuter, bOuter, aInner, bInner) {
    const [aWidth, bWidth] = [aInner ? inner! : 1, bInner ? inner! : 1];
    const a = draw.normals((aOuter ? outer! : 1) * aWidth);
    const b = draw.normals((bOuter ? outer! : 1) * bWidth);
    const out = output(outer! * inner!);
    const strides = [aOuter! * aWidth, bOuter! * bWidth, aInner!, bInner!] as const;
    return {
      args: [operation!, a, b, out, outer!, inner!, ...strides],
      written: () => [[
        out,
        range(out.length, (at) => {
          const [r, j] = [Math.floor(at / inner!), at % inner!];
          return operations[operation!]!(
            a[r * strides[0] + j * strides[2]]!,
            b[r * strides[1] + j * strides[3]]!,
          );
        }),
      ]],
    };
  },
};

/** Outer, count, inner. */
const sums: KernelCases = {
  sizes: [[0, 3, 3], [3, 0, 1], [3, 0, 5], [3, 5, 0], [1, 1, 1], [1, 1000, 1], [7, 37, 1], [3, 37, 5], [
    2,
    9,
    70,
  ], [
    1,
    5,
    1031,
  ]],
  large: [[1, 1, 70001], [1, 70001, 1], [300, 300, 1], [1, 3000, 33], [40, 30, 70]],
  call(draw, outer, count, inner) {
    const x = draw.normals(outer! * count! * inner!);
    const out = output(outer! * inner!);
    const factor = Math.fround(1 / 3);
    return {
      args: [x, out, outer!, count!, inner!, factor],
      written: () => [[
        out,
        range(out.length, (at) => {
          const [r, j] = [Math.floor(at / inner!), at % inner!];
          return mul(sum(range(count!, (i) => x[(r * count! + i) * inner! + j]!)), factor);
        }),
      ]],
    };
  },
};

/** Batch, size of a sample, and whether there is an x. */
const dropPathAdd: KernelCases = {
  sizes: [[0, 5, 1], [5, 0, 1], [1, 1, 1], [4, 37, 1], [4, 37, 0], [3, 1031, 1]],
  large: [[5, 20001, 1], [300, 301, 0], [1, 70001, 1]],
  call(draw, batch, size, hasX) {
    const x = hasX ? draw.normals(batch! * size!) : null;
    const branch = draw.normals(batch! * size!);
    const scale = draw.uniforms(batch!, 0, 2).map((value) => value < 0.7 ? 0 : value); // about a third are dropped
    const out = output(batch! * size!);
    return {
      args: [x, branch, scale, out, batch!, size!],
      written: () => [[
        out,
        range(out.length, (i) => {
          const factor = scale[Math.floor(i / size!)]!;
          const kept = factor === 0 ? 0 : mul(branch[i]!, factor); // a dropped branch may be anything
          return x ? add(x[i]!, kept) : kept;
        }),
      ]],
    };
  },
};

/** The kernels that work on element by element, and sums. */
export const elementwiseCases = {
  gelu_f32: gelu,
  gelu_grad_f32: geluGrad,
  binary_f32: binary,
  sum_f32: sums,
  drop_path_add_f32: dropPathAdd,
};
