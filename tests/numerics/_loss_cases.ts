import { computed, type Draw, type KernelCases, output, range } from "./_kernel_cases.ts";
import {
  abs,
  add,
  div,
  exact,
  exp,
  mean,
  mul,
  type Real,
  type Rounded,
  softmax,
  sub,
  sum,
} from "./_rounded.ts";

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

const measureSizes = [[0, 2, 5], [1, 1, 1], [2, 3, 7], [3, 2, 37], [1, 9, 16], [2, 1, 131]];
const largeMeasure = [[4, 75, 301]];

/** Which columns [batch, dim] count: about half, and none in the last sample of several. */
function drawCounts(draw: Draw, batch: number, dim: number): Float32Array {
  const counts = draw.settings(batch * dim, 0, 1).map((x) => x < 0.5 ? 0 : 1);
  if (batch > 2) counts.subarray((batch - 1) * dim).fill(0);
  return counts;
}

/** Every row of scores [batch, rows, dim] with what counts of it. */
function countedRows(scores: Float32Array, counts: Float32Array, rows: number, dim: number) {
  return rowsOf(scores, scores.length / dim, dim).map((row, r) => {
    const counted = row.map((_, j) => counts[Math.floor(r / rows) * dim + j] === 1);
    const own = row.filter((_, j) => counted[j]);
    const top = own.reduce((most, x) => Math.max(most, x), -Infinity);
    return { row, counted, own, top, isEmpty: own.length === 0, logSum: softmax(own).logSumExp };
  });
}

function entropyOf({ own, top, isEmpty, logSum }: ReturnType<typeof countedRows>[number]): Rounded {
  if (isEmpty) return exact(0);
  const { weights } = softmax(own);
  const below = own.map((x, j) => x === -Infinity && top > x ? 0 : mul(weights[j]!, sub(x, top)));
  return sub(sub(logSum, top), sum(below));
}

function logShareOf({ row, isEmpty, logSum }: ReturnType<typeof countedRows>[number]): Rounded {
  return isEmpty ? exact(0) : sub(logSum, softmax(row).logSumExp);
}

/** entropy = ln Σ eᶻ − Σ P · z over the columns that count, or the logarithm of their share. */
function softmaxMeasure(measureOf: typeof entropyOf): KernelCases {
  return {
    sizes: measureSizes,
    large: largeMeasure,
    call(draw, batch, rows, dim) {
      const scores = draw.normals(batch! * rows! * dim!);
      const counts = drawCounts(draw, batch!, dim!);
      const [measure, logSum] = [output(batch! * rows!), output(batch! * rows!)];
      return {
        args: [scores, counts, measure, logSum, batch!, rows!, dim!],
        written: () => {
          const found = countedRows(scores, counts, rows!, dim!);
          const isDefined = ({ top, isEmpty }: typeof found[number]) => isEmpty || top > -Infinity;
          return [
            [measure, found.map((row) => isDefined(row) ? measureOf(row) : undefined)],
            [
              logSum,
              found.map((row) => isDefined(row) ? row.isEmpty ? exact(0) : row.logSum : undefined),
            ],
          ];
        },
      };
    },
  };
}

/** The gradient of a measure by its scores; nobody's business in rows whose every column that counts is shut off. */
function softmaxMeasureGrad(
  measureOf: typeof entropyOf,
  slope: (score: number, isCounted: boolean, dy: number, measure: number, logSum: number) => Real,
): KernelCases {
  return {
    sizes: measureSizes,
    large: largeMeasure,
    call(draw, batch, rows, dim) {
      const dy = draw.normals(batch! * rows!);
      const scores = draw.normals(batch! * rows! * dim!, Math.min(draw.scale, 10));
      const counts = drawCounts(draw, batch!, dim!);
      const found = countedRows(scores, counts, rows!, dim!);
      const measure = computed(found.map(measureOf));
      const logSum = computed(found.map((row) => row.isEmpty ? 0 : row.logSum));
      const dscores = output(scores.length);
      return {
        args: [dy, scores, counts, measure, logSum, dscores, batch!, rows!, dim!],
        written: () => [[
          dscores,
          found.flatMap(({ row, counted, isEmpty, top }, r) =>
            row.map((x, j) => {
              if (isEmpty) return 0;
              if (top === -Infinity) return undefined;
              return slope(x, counted[j]!, dy[r]!, measure[r]!, logSum[r]!);
            })
          ),
        ]],
      };
    },
  };
}

const softmaxEntropyGrad = softmaxMeasureGrad(entropyOf, (x, isCounted, dy, entropy, logSum) => {
  if (!isCounted || x === -Infinity && Number.isFinite(logSum)) return 0;
  const logShare = sub(x, logSum);
  return mul(mul(-dy, exp(logShare)), add(logShare, entropy));
});

const softmaxShareGrad = softmaxMeasureGrad(
  logShareOf,
  (x, isCounted, dy, logShare, logSum) =>
    isCounted
      ? mul(exp(sub(x, logSum)), mul(dy, sub(1, exp(logShare))))
      : mul(exp(sub(x, sub(logSum, logShare))), -dy),
);

/** The kernels of losses. */
export const lossCases = {
  softmax_xent_f32: softmaxXent,
  softmax_xent_grad_f32: softmaxXentGrad,
  softmax_entropy_f32: softmaxMeasure(entropyOf),
  softmax_entropy_grad_f32: softmaxEntropyGrad,
  softmax_share_f32: softmaxMeasure(logShareOf),
  softmax_share_grad_f32: softmaxShareGrad,
  smooth_l1_f32: smoothL1,
  smooth_l1_grad_f32: smoothL1Grad,
};
