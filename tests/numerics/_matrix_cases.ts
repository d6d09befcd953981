import { geluOf, geluSlope } from "./_elementwise_cases.ts";
import { type KernelCases, output, range } from "./_kernel_cases.ts";
import { dot, mul, type Real, type Rounded, sum, sumOver } from "./_rounded.ts";

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
    [1, 0, 0, 1, 300, 40, 0, 0, 1], // wider than the widest tile
    [1, 0, 0, 5, 150, 40, 0, 0, 1],
    [1, 0, 0, 7, 21, 45, 0, 1, 1], // dot products of four, two and one rows
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
    [1, 0, 0, 200, 70, 530, 1, 0, 1],
    [1, 0, 0, 200, 1400, 9, 0, 0, 1],
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

/** Rows, and widths of input, hidden layer and output. */
const mlpSizes = {
  sizes: [
    [0, 3, 5, 2, 1],
    [1, 1, 1, 1, 1],
    [1, 5, 70, 3, 1],
    [7, 3, 9, 5, 1],
    [7, 3, 9, 5, 0],
    [29, 37, 65, 19, 1],
  ],
  large: [[1100, 5, 18, 3, 1]],
};

/** A product with a GELU, unless infinity meets one that float32 cannot tell from zero. */
function timesGelu(gelu: Rounded, factor: number): Rounded | undefined {
  const mayBeZero = Math.abs(gelu.value) <= gelu.error;
  return mayBeZero && Math.abs(factor) === Infinity ? undefined : mul(gelu, factor);
}

const mlp: KernelCases = {
  ...mlpSizes,
  call(draw, rows, inDim, hiddenDim, outDim, keeps) {
    const [x, weight1, bias1, weight2, bias2] = [
      rows! * inDim!,
      inDim! * hiddenDim!,
      hiddenDim!,
      hiddenDim! * outDim!,
      outDim!,
    ].map((size) => draw.normals(size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const linear = keeps ? output(rows! * hiddenDim!) : null;
    const y = output(rows! * outDim!);
    return {
      args: [x, weight1, bias1, weight2, bias2, linear, y, rows!, inDim!, hiddenDim!, outDim!],
      written: () => {
        const sums = range(rows! * hiddenDim!, (at) => {
          const [r, h] = [Math.floor(at / hiddenDim!), at % hiddenDim!];
          return dot(inDim!, (i) => x[r * inDim! + i]!, (i) => weight1[i * hiddenDim! + h]!, bias1[h]!);
        });
        const hidden = sums.map(geluOf);
        const ys = range(y.length, (at) => {
          const [r, o] = [Math.floor(at / outDim!), at % outDim!];
          const terms = range(hiddenDim!, (h) => {
            return timesGelu(hidden[r * hiddenDim! + h]!, weight2[h * outDim! + o]!);
          });
          return terms.includes(undefined) ? undefined : sum([...terms as Rounded[], bias2[o]!]);
        });
        return linear ? [[y, ys], [linear, sums]] : [[y, ys]];
      },
    };
  },
};

const mlpGrad: KernelCases = {
  ...mlpSizes,
  call(draw, rows, inDim, hiddenDim, outDim) {
    const [dy, x, linear, weight1, weight2] = [
      rows! * outDim!,
      rows! * inDim!,
      rows! * hiddenDim!,
      inDim! * hiddenDim!,
      hiddenDim! * outDim!,
    ].map((size) => draw.normals(size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const [hidden, dlinear] = [output(linear.length), output(linear.length)]; // for work
    const [dx, dweight1, dbias1] = [output(x.length), output(weight1.length), output(hiddenDim!)];
    const [dweight2, dbias2] = [output(weight2.length), output(outDim!)];
    const outputs = [dx, dweight1, dbias1, dweight2, dbias2];
    return {
      args: [
        dy,
        x,
        linear,
        weight1,
        weight2,
        hidden,
        dlinear,
        ...outputs,
        rows!,
        inDim!,
        hiddenDim!,
        outDim!,
      ],
      written: () => {
        const hiddens = range(linear.length, (at) => geluOf(linear[at]!));
        const dlinears = range(linear.length, (at) => {
          const [r, h] = [Math.floor(at / hiddenDim!), at % hiddenDim!];
          const dhidden = dot(outDim!, (o) => dy[r * outDim! + o]!, (o) => weight2[h * outDim! + o]!);
          return mul(dhidden, geluSlope(linear[at]!));
        });
        const product = (
          m: number,
          n: number,
          k: number,
          a: (i: number, p: number) => Real,
          b: (p: number, j: number) => Real,
        ) =>
          range(m * n, (at) => {
            const [i, j] = [Math.floor(at / n), at % n];
            return sumOver(k, (p) => mul(a(i, p), b(p, j)));
          });
        const atHidden = (values: readonly Real[]) => (r: number, h: number) => values[r * hiddenDim! + h]!;
        const atDy = (r: number, o: number) => dy[r * outDim! + o]!;
        return [
          [
            dx,
            product(rows!, inDim!, hiddenDim!, atHidden(dlinears), (h, i) => weight1[i * hiddenDim! + h]!),
          ],
          [
            dweight1,
            product(inDim!, hiddenDim!, rows!, (i, r) => x[r * inDim! + i]!, atHidden(dlinears)),
          ],
          [dbias1, product(1, hiddenDim!, rows!, () => 1, atHidden(dlinears))],
          [
            dweight2,
            range(dweight2.length, (at) => {
              const [h, o] = [Math.floor(at / outDim!), at % outDim!];
              const terms = range(rows!, (r) => timesGelu(hiddens[r * hiddenDim! + h]!, atDy(r, o)));
              return terms.includes(undefined) ? undefined : sum(terms as Rounded[]);
            }),
          ],
          [dbias2, product(1, outDim!, rows!, () => 1, atDy)],
        ];
      },
    };
  },
};

/** The kernels of matrix products. */
export const matrixCases = { gemm_f32: gemm, mlp_f32: mlp, mlp_grad_f32: mlpGrad };
