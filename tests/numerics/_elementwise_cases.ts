import { type KernelCases, output, range } from "./_kernel_cases.ts";
import {
  add,
  div,
  erf,
  exp,
  flushed,
  log,
  log1p,
  max,
  mul,
  neg,
  type Real,
  type Rounded,
  softmax,
  sqrt,
  sub,
  sum,
  tanh,
} from "./_rounded.ts";

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

/** In the order of elementwise.c, with the two numbers that some take besides. */
const unaryOperations: readonly ((x: number, a: number, b: number) => Real)[] = [
  (x) => -x,
  (x) => Math.abs(x),
  (x) => mul(x, x),
  (x) => sqrt(x),
  (x) => div(1, sqrt(x)),
  (x) => div(1, x),
  (x) => mul(exp(x / 2), exp(x / 2)), // which reaches the denormals
  (x) => log(x),
  (x) => log1p(x),
  (x) => flushed(div(1, add(1, exp(-x)))),
  (x) => tanh(x),
  (x) => erf(x),
  (x) => add(Math.max(x, 0), log1pOf(exp(-Math.abs(x)))),
  (x) => Math.max(x, 0),
  (x, a) => Number.isNaN(x) ? x : x > 0 ? 1 : a,
  (x) => Number.isNaN(x) ? 0 : Math.sign(x),
  (x, a, b) => Math.min(Math.max(x, a), b),
];

/** ln(1 + x) of x ≥ 0, which passes errors on as they are at most. */
function log1pOf(x: Rounded): Rounded {
  const { value, error } = log1p(x.value);
  return { value, error: error + x.error };
}

/** Operation, size. */
const unary: KernelCases = {
  sizes: unaryOperations.flatMap((
    _,
    operation,
  ) => [[operation, 0], [operation, 1], [operation, 37], [operation, 133]]),
  large: [[6, 70001]],
  call(draw, operation, size) {
    const [x, y] = [draw.normals(size!), output(size!)];
    const [a, b] = [Math.fround(-0.3 * draw.scale), Math.fround(0.6 * draw.scale)];
    return {
      args: [operation!, x, y, size!, a, b],
      written: () => [[y, range(size!, (i) => unaryOperations[operation!]!(x[i]!, a, b))]],
    };
  },
};

const binaryOperations: readonly ((a: number, b: number) => Real)[] = [
  add,
  sub,
  mul,
  div,
  max,
  (a, b) => neg(max(-a, -b)),
  (a, b) => mul(sub(a, b), sub(a, b)),
];

const comparisons: readonly ((a: number, b: number) => boolean)[] = [
  (a, b) => a === b,
  (a, b) => a !== b,
  (a, b) => a < b,
  (a, b) => a <= b,
  (a, b) => a > b,
  (a, b) => a >= b,
];

/** Outer, inner, and whether a and b go along the outer and the inner axis. */
const broadcasts = [
  [0, 5, 1, 1, 1, 1],
  [5, 0, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1],
  [3, 37, 1, 1, 1, 1],
  [3, 37, 1, 0, 1, 1],
  [3, 37, 0, 1, 1, 1],
  [5, 19, 1, 1, 1, 0],
  [5, 19, 1, 1, 0, 1],
  [2, 5000, 0, 1, 0, 1],
];
const largeBroadcasts = [[0, 1, 70001, 1, 1, 1, 1], [3, 9000, 9, 1, 1, 0, 1]];

/** Operation, then as above. */
function broadcast(
  operations: readonly ((a: number, b: number) => Real)[],
  outputOf: (count: number) => Float32Array | Uint8Array,
): KernelCases {
  return {
    sizes: operations.flatMap((_, operation) => broadcasts.map((sizes) => [operation, ...sizes])),
    large: largeBroadcasts,
    call(draw, operation, outer, inner, aOuter, bOuter, aInner, bInner) {
      const [aWidth, bWidth] = [aInner ? inner! : 1, bInner ? inner! : 1];
      const a = draw.normals((aOuter ? outer! : 1) * aWidth);
      const b = draw.normals((bOuter ? outer! : 1) * bWidth);
      for (let i = 0; i < Math.min(a.length, b.length); i += 3) b[i] = a[i]!; // some are equal
      const out = outputOf(outer! * inner!);
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
}

const select: KernelCases = {
  sizes: vectorSizes,
  large: manyPieces,
  call(draw, size) {
    const condition = Uint8Array.from(draw.integers(size!, 2));
    const [a, b, out] = [draw.normals(size!), draw.normals(size!), output(size!)];
    return {
      args: [condition, a, b, out, size!],
      written: () => [[out, range(size!, (i) => condition[i] ? a[i]! : b[i]!)]],
    };
  },
};

/** Outer, count, inner, sign. */
const extreme: KernelCases = {
  sizes: [1, -1].flatMap((sign) =>
    [[0, 3, 3], [3, 0, 1], [3, 0, 5], [3, 5, 0], [1, 1, 1], [1, 1000, 1], [7, 37, 1], [3, 37, 5], [2, 9, 270]]
      .map((sizes) => [...sizes, sign])
  ),
  large: [[1, 1, 70001, 1], [2, 70001, 1, -1], [300, 300, 1, 1], [1, 3000, 33, 1]],
  call(draw, outer, count, inner, sign) {
    const [x, out] = [draw.normals(outer! * count! * inner!), output(outer! * inner!)];
    return {
      args: [x, out, outer!, count!, inner!, sign!],
      written: () => [[
        out,
        range(out.length, (at) => {
          const [r, j] = [Math.floor(at / inner!), at % inner!];
          const along = range(count!, (i) => x[(r * count! + i) * inner! + j]! * sign!);
          return along.reduce((most, value) => Math.max(most, value), -Infinity) * sign!;
        }),
      ]],
    };
  },
};

/** Rows, dim. */
const softmaxRows: KernelCases = {
  sizes: [[0, 5], [1, 1], [3, 7], [5, 37], [2, 1031]],
  large: [[300, 301], [3, 20000]],
  call(draw, rows, dim) {
    const [x, y] = [draw.normals(rows! * dim!), output(rows! * dim!)];
    return {
      args: [x, y, rows!, dim!],
      written:
        () => [[y, range(rows!, (r) => softmax([...x.subarray(r * dim!, (r + 1) * dim!)]).weights).flat()]],
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
  unary_f32: unary,
  binary_f32: broadcast(binaryOperations, output),
  compare_f32: broadcast(
    comparisons.map((holds) => (a, b) => Number(holds(a, b))),
    (count) => new Uint8Array(count),
  ),
  select_f32: select,
  extreme_f32: extreme,
  softmax_f32: softmaxRows,
  sum_f32: sums,
  drop_path_add_f32: dropPathAdd,
};
