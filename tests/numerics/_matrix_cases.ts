import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { dot } from "./_rounded.ts";

/** Batches, their strides in matrices of a and of b (0 repeats one), m, n, k, transpose a, transpose b, and whether there is a bias. */
const gemm: KernelCases = {
  sizes: [
    [0, 1, 1, 3, 3, 3, 0, 0, 1],
    [1, 0, 0, 0, 5, 3, 0, 0, 1],
    [1, 0, 0, 5, 0, 3, 0, 0, 1],
    [1, 0, 0, 5, 7, 0, 0, 0, 1],
    [1, 0, 0, 5, 7, 0, 0, 0, 0],
    [1, 0, 0, 1, 1, 1, 0, 0, 0],
    [1, 0, 0, 3, 5, 7, 0, 0, 1],
    [1, 0, 0, 3, 5, 7, 1, 0, 1],
    [1, 0, 0, 3, 5, 7, 0, 1, 1],
    [1, 0, 0, 3, 5, 7, 1, 1, 0],
    [1, 0, 0, 1, 70, 33, 0, 0, 1],
    [1, 0, 0, 70, 1, 33, 0, 0, 1],
    [1, 0, 0, 1, 37, 300, 0, 1, 0],
    [1, 0, 0, 29, 37, 300, 0, 0, 1],
    [1, 0, 0, 29, 37, 300, 1, 0, 1],
    [1, 0, 0, 29, 37, 300, 0, 1, 1],
    [1, 0, 0, 29, 37, 300, 1, 1, 1],
    [3, 1, 1, 6, 9, 5, 0, 0, 0],
    [3, 0, 1, 6, 9, 5, 0, 1, 0],
    [3, 1, 0, 6, 9, 5, 1, 0, 1],
  ],
  large: [
    [1, 0, 0, 200, 211, 530, 0, 0, 1],
    [1, 0, 0, 200, 211, 530, 1, 1, 0],
    [1, 0, 0, 8, 1000, 530, 0, 1, 1],
    [20, 1, 1, 64, 64, 64, 0, 1, 0],
  ],
  call(draw, batches, aStep, bStep, m, n, k, transposeA, transposeB, hasBias) {
    const a = draw.normals((aStep ? batches! : 1) * m! * k!);
    const b = draw.normals((bStep ? batches! : 1) * k! * n!);
    const bias = hasBias ? draw.normals(n!) : null;
    const c = output(batches! * m! * n!);
    const aAt = (batch: number, i: number, p: number) =>
      a[batch * aStep! * m! * k! + (transposeA ? p * m! + i : i * k! + p)]!;
    const bAt = (batch: number, p: number, j: number) =>
      b[batch * bStep! * k! * n! + (transposeB ? j * k! + p : p * n! + j)]!;
    return {
      args: [
        a,
        b,
        bias,
        c,
        batches!,
        aStep! * m! * k!,
        bStep! * k! * n!,
        m!,
        n!,
        k!,
        transposeA!,
        transposeB!,
      ],
      written: () => [[
        c,
        range(c.length, (at) => {
          const [batch, i, j] = [Math.floor(at / (m! * n!)), Math.floor(at / n!) % m!, at % n!];
          return dot(k!, (p) => aAt(batch, i, p), (p) => bAt(batch, p, j), bias?.[j]);
        }),
      ]],
    };
  },
};

/** The kernels of matrix products. */
export const matrixCases = { gemm_f32: gemm };
