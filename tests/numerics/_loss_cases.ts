import { computed, type KernelCases, output, range } from "./_kernel_cases.ts";
import { abs, div, exp, mean, mul, type Rounded, softmax, sub, sum } from "./_rounded.ts";

const sizes = [[0, 5], [1, 1], [3, 7], [5, 37], [9, 16], [2, 1031]];
const large = [[300, 301], [3, 20000]];

/** Numbers of every row. */
function rowsOf(values: Float32Array, rows: number, dim: number): number[][] {
  return range(rows, (r) => [...values.subarray(r * dim, (r + 1) * dim)]);
}

/** loss = −Σ target · ln softmax(logits) */
const softmaxXent: KernelCases = {
  sizes,
  large,
  call(draw, rows, dim) {
    const [logits, target] = [draw.normals(rows! * dim!), draw.uniforms(rows! * dim!, 0, 2 / dim!)];
    const [loss, logSum] = [output(rows!), output(rows!)];
    return {
      args: [logits, target, loss, logSum, rows!, dim!],
      written: () => {
        const shares = rowsOf(target, rows!, dim!);
        const sums = rowsOf(logits, rows!, dim!).map((row) => {
          const top = row.reduce((most, x) => Math.max(most, x), -Infinity);
          return { row, top, logSum: softmax(row).logSumExp };
        });
        return [
          [
            loss,
            sums.map(({ row, top, logSum }, r) => {
              const below = row.map((x, j) => mul(shares[r]![j]!, sub(x, top)));
              return sub(mul(sub(logSum, top), sum(shares[r]!)), sum(below));
            }),
          ],
          [logSum, sums.map(({ logSum }) => logSum)],
        ];
      },
    };
  },
};

/** dlogits = dy · (e^(logits − log sum) · Σ target − target) */
const softmaxXentGrad: KernelCases = {
  sizes,
  large,
  call(draw, rows, dim) {
    const [dy, logits] = [draw.normals(rows!), draw.normals(rows! * dim!, Math.min(draw.scale, 10))];
    const target = draw.uniforms(rows! * dim!, 0, 2 / dim!);
    const logSum = computed(rowsOf(logits, rows!, dim!).map((row) => softmax(row).logSumExp));
    const dlogits = output(logits.length);
    return {
      args: [dy, logits, target, logSum, dlogits, rows!, dim!],
      written: () => {
        const weights = rowsOf(target, rows!, dim!).map((row) => sum(row));
        return [[
          dlogits,
          range(dlogits.length, (i) => {
            const r = Math.floor(i / dim!);
            const share = exp(sub(logits[i]!, logSum[r]!));
            return mul(sub(mul(share, weights[r]!), target[i]!), dy[r]!);
          }),
        ]];
      },
    };
  },
};

const beta = 0.75;

/** loss = mean of d² / 2β where d = |pred − target| < β, else of d − β / 2 */
const smoothL1: KernelCases = {
  sizes,
  large,
  call(draw, rows, dim) {
    const [pred, target, loss] = [draw.normals(rows! * dim!), draw.normals(rows! * dim!), output(rows!)];
    return {
      args: [pred, target, loss, rows!, dim!, beta],
      written: () => [[
        loss,
        range(rows!, (r) =>
          mean(range(dim!, (j) => {
            const d = abs(sub(pred[r * dim! + j]!, target[r * dim! + j]!));
            return d.value < beta ? mul(mul(d, d), div(0.5, beta)) : sub(d, mul(0.5, beta));
          }))),
      ]],
    };
  },
};

/** dpred = dy / dim · (pred − target) / β, which is kept in [−1, 1] */
const smoothL1Grad: KernelCases = {
  sizes,
  large,
  call(draw, rows, dim) {
    const [dy, pred, target] = [draw.normals(rows!), draw.normals(rows! * dim!), draw.normals(rows! * dim!)];
    const dpred = output(pred.length);
    return {
      args: [dy, pred, target, dpred, rows!, dim!, beta],
      written: () => [[
        dpred,
        range(dpred.length, (i) => {
          const { value, error } = div(sub(pred[i]!, target[i]!), beta);
          const slope: Rounded = {
            value: Math.max(-1, Math.min(value, 1)),
            error: Number.isFinite(value) ? error : 0,
          };
          return mul(slope, div(dy[Math.floor(i / dim!)]!, dim!));
        }),
      ]],
    };
  },
};

/** The kernels of losses. */
export const lossCases = {
  softmax_xent_f32: softmaxXent,
  softmax_xent_grad_f32: softmaxXentGrad,
  smooth_l1_f32: smoothL1,
  smooth_l1_grad_f32: smoothL1Grad,
};
