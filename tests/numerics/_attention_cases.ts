import { computed, type Draw, type KernelCases, output, range } from "./_kernel_cases.ts";
import { add, div, dot, exp, mul, type Rounded, softmax, sqrt, sub, sum, sumOver } from "./_rounded.ts";

/** Queries, keys, values, or any rows of one sample that heads share: number `j` of a head's part of row `i`. */
type Rows = (i: number, j: number) => number;

/** (q · k) / √(numbers of a head), which a kernel may count in powers of two. */
function score(query: Rows, i: number, key: Rows, j: number, headDim: number): Rounded {
  const product = dot(headDim, (d) => query(i, d), (d) => key(j, d));
  const log2e = mul(Math.LOG2E, 1);
  return mul(mul(product, div(log2e, sqrt(headDim))), Math.LN2);
}

/** The rows of a sample's head in a tensor [batch, tokens, width] whose part for the heads starts at `offset`. */
function rowsOf(values: Float32Array, sample: number, tokens: number, width: number, offset: number): Rows {
  return (i, j) => values[(sample * tokens + i) * width + offset + j]!;
}

/** The biases of a head's scores less the largest of the row, which no weight depends on, again by way of powers of two. */
function relativeBias(bias: Float32Array, head: number, tokens: number): Rounded[][] {
  return range(tokens, (i) => {
    const row = bias.subarray((head * tokens + i) * tokens).subarray(0, tokens);
    const top = row.reduce((most, x) => Math.max(most, x), -Infinity);
    return Array.from(row, (x) => mul(mul(sub(x, top), mul(Math.LOG2E, 1)), Math.LN2));
  });
}

/** Batch, tokens, dim, heads, and 1 with a bias of the scores. */
type Sizes = readonly [batch: number, tokens: number, dim: number, heads: number, isBiased?: number];

/** Every sample's every head. */
function headsOf([batch, , dim, heads]: Sizes) {
  return range(batch * heads, (task) => ({
    task,
    sample: Math.floor(task / heads),
    offset: task % heads * (dim / heads),
  }));
}

/** Scores, logarithms of the sums of the weights, to the base 2 [tokens], and out [tokens, head dim] of a head. */
function attend(
  { qkv, bias }: { readonly qkv: Float32Array; readonly bias: Float32Array | null },
  { task, sample, offset }: ReturnType<typeof headsOf>[number],
  [, tokens, dim, heads]: Sizes,
) {
  const part = (which: number) => rowsOf(qkv, sample, tokens, 3 * dim, which * dim + offset);
  const [query, key, value] = [part(0), part(1), part(2)];
  const headDim = dim / heads;
  const products = range(tokens, (i) => range(tokens, (j) => score(query, i, key, j, headDim)));
  const biases = bias && relativeBias(bias, task % heads, tokens);
  const scores = biases ? products.map((row, i) => row.map((x, j) => add(x, biases[i]![j]!))) : products;
  const rows = scores.map(softmax);
  const out = rows.map(({ weights }) =>
    range(headDim, (d) => sumOver(tokens, (j) => mul(weights[j]!, value(j, d))))
  );
  const logSumExp = rows.map(({ logSumExp }) => mul(logSumExp, Math.LOG2E));
  return { query, key, value, scores, logSumExp, out };
}

/** Biases that are far apart: most are moderate, every fifth shuts a key off, and every seventh row, all. */
function drawBias(draw: Draw, [, tokens, , heads, isBiased]: Sizes): Float32Array | null {
  if (!isBiased) return null;
  const bias = draw.normals(heads * tokens * tokens, Math.min(draw.scale, 2));
  for (const [i, x] of bias.entries()) {
    if (Number.isFinite(x) && (i % 5 === 3 || Math.floor(i / tokens) % 7 === 2)) bias[i] = -1e9;
  }
  return bias;
}

/** Puts a head's numbers [tokens, head dim] in their place in [batch, tokens, width]. */
function place(
  into: Rounded[],
  numbers: readonly (readonly Rounded[])[],
  sample: number,
  width: number,
  offset: number,
): void {
  for (const [i, row] of numbers.entries()) {
    for (const [d, number] of row.entries()) {
      into[(sample * numbers.length + i) * width + offset + d] = number;
    }
  }
}

const selfSizes = [
  [0, 3, 8, 2],
  [2, 0, 8, 2],
  [1, 1, 4, 1],
  [2, 3, 10, 2],
  [1, 17, 33, 3],
  [2, 33, 16, 1],
  [1, 50, 64, 1],
  [1, 131, 10, 2],
  [0, 3, 8, 2, 1],
  [2, 0, 8, 2, 1],
  [1, 1, 4, 1, 1],
  [2, 3, 10, 2, 1],
  [3, 17, 33, 3, 1],
  [1, 50, 16, 1, 1],
  [1, 131, 10, 2, 1],
];
const largeSelf = [[3, 70, 96, 3], [1, 300, 64, 1], [19, 20, 24, 3, 1], [2, 131, 32, 2, 1]];

const selfAttention: KernelCases = {
  sizes: selfSizes,
  large: largeSelf,
  call(draw, ...sizes) {
    const all = sizes as unknown as Sizes;
    const [batch, tokens, dim, heads] = all;
    const qkv = draw.normals(batch * tokens * 3 * dim);
    const bias = drawBias(draw, all);
    const [out, logSumExp] = [output(batch * tokens * dim), output(batch * heads * tokens)];
    return {
      args: [qkv, bias, out, logSumExp, batch, tokens, dim, heads],
      written: () => {
        const mixed = new Array<Rounded>(out.length);
        const sums: Rounded[] = [];
        for (const where of headsOf(all)) {
          const head = attend({ qkv, bias }, where, all);
          place(mixed, head.out, where.sample, dim, where.offset);
          sums.push(...head.logSumExp);
        }
        // Where no score is above −∞, out is NaN, but the logarithm of a sum of zeros may as well be −∞.
        return [[out, mixed], [logSumExp, sums.map((sum) => Number.isNaN(sum.value) ? undefined : sum)]];
      },
    };
  },
};

/**
 * P = 2^(score − log sum), dS = P ∘ (dout · vᵀ − Σ dout ∘ out) / √(head dim); dq = dS · k, dk = dSᵀ · q, dv = Pᵀ · dout, and the bias'
 * gradient is the sum of dS · √(head dim) over the samples.
 */
const selfAttentionGrad: KernelCases = {
  sizes: selfSizes,
  large: largeSelf,
  call(draw, ...sizes) {
    const all = sizes as unknown as Sizes;
    const [batch, tokens, dim, heads] = all;
    const headDim = dim / heads;
    const qkv = draw.normals(batch * tokens * 3 * dim, 1);
    for (const i of qkv.keys()) qkv[i]! *= i % (3 * dim) < 2 * dim ? Math.min(draw.scale, 2) : draw.scale; // moderate scores
    const bias = drawBias(draw, all);
    const forward = headsOf(all).map((where) => ({ ...where, ...attend({ qkv, bias }, where, all) }));
    const mixed = new Array<Rounded>(batch * tokens * dim);
    for (const head of forward) place(mixed, head.out, head.sample, dim, head.offset);
    const dout = draw.normals(mixed.length);
    const out = computed(mixed);
    const logSumExp = computed(forward.flatMap((head) => head.logSumExp));
    const dqkv = output(qkv.length);
    const dbias = bias && output(bias.length);
    return {
      args: [dout, qkv, bias, out, logSumExp, dqkv, dbias, batch, tokens, dim, heads],
      written: () => {
        const slopes = new Array<Rounded>(dqkv.length);
        const ofBias = range(dbias?.length ?? 0, () => [] as Rounded[]);
        for (const { task, sample, offset, query, key, value, scores } of forward) {
          const [dOut, mix] = [dout, out].map((values) => rowsOf(values, sample, tokens, dim, offset)) as [
            Rows,
            Rows,
          ];
          const weights = scores.map((row, i) =>
            row.map((score) => exp(sub(score, logSumExp[task * tokens + i]! * Math.LN2)))
          );
          const scoreSlopes = range(tokens, (i) => {
            const overlap = dot(headDim, (d) => dOut(i, d), (d) => mix(i, d));
            return range(tokens, (j) => {
              const slope = dot(headDim, (d) => dOut(i, d), (d) => value(j, d));
              return mul(mul(weights[i]![j]!, sub(slope, overlap)), div(1, sqrt(headDim)));
            });
          });
          if (dbias) {
            for (const [at, slope] of scoreSlopes.flat().entries()) {
              ofBias[task % heads * tokens * tokens + at]!.push(mul(slope, sqrt(headDim)));
            }
          }
          const product = (factor: (from: number, to: number) => Rounded, rows: Rows) =>
            range(
              tokens,
              (to) => range(headDim, (d) => sumOver(tokens, (from) => mul(factor(from, to), rows(from, d)))),
            );
          const parts = [
            product((j, i) => scoreSlopes[i]![j]!, key),
            product((i, j) => scoreSlopes[i]![j]!, query),
            product((i, j) => weights[i]![j]!, dOut),
          ];
          for (const [which, part] of parts.entries()) {
            place(slopes, part, sample, 3 * dim, which * dim + offset);
          }
        }
        return dbias ? [[dqkv, slopes], [dbias, ofBias.map(sum)]] : [[dqkv, slopes]];
      },
    };
  },
};

const classSizes = [[0, 3, 8, 2], [1, 1, 4, 1], [2, 3, 10, 2], [3, 17, 33, 3], [1, 130, 64, 2]];
const largeClass = [[40, 20, 96, 3], [2, 700, 64, 2]];

const classAttention: KernelCases = {
  sizes: classSizes,
  large: largeClass,
  call(draw, ...sizes) {
    const [batch, tokens, dim, heads] = sizes as unknown as Sizes;
    const headDim = dim / heads;
    const query = draw.normals(batch * dim);
    const [keys, values] = [draw.normals(batch * tokens * dim), draw.normals(batch * tokens * dim)];
    const [out, weights] = [output(query.length), output(batch * heads * tokens)];
    return {
      args: [query, keys, values, out, weights, batch, tokens, dim, heads],
      written: () => {
        const mixed = new Array<Rounded>(out.length);
        const found: Rounded[] = [];
        for (const { sample, offset } of headsOf([batch, tokens, dim, heads])) {
          const q = rowsOf(query, sample, 1, dim, offset);
          const [k, v] = [
            rowsOf(keys, sample, tokens, dim, offset),
            rowsOf(values, sample, tokens, dim, offset),
          ];
          const { weights } = softmax(range(tokens, (t) => score(q, 0, k, t, headDim)));
          found.push(...weights);
          const row = range(headDim, (d) => sumOver(tokens, (t) => mul(weights[t]!, v(t, d))));
          place(mixed, [row], sample, dim, offset);
        }
        return [[out, mixed], [weights, found]];
      },
    };
  },
};

/** dw = dout · valueᵀ, ds = w ∘ (dw − Σ w · dw) / √(head dim); dquery = Σ ds · key, dkey = ds · query, dvalue = w · dout. */
const classAttentionGrad: KernelCases = {
  sizes: classSizes,
  large: largeClass,
  call(draw, ...sizes) {
    const [batch, tokens, dim, heads] = sizes as unknown as Sizes;
    const headDim = dim / heads;
    const [dout, query] = [draw.normals(batch * dim), draw.normals(batch * dim)];
    const [keys, values] = [draw.normals(batch * tokens * dim), draw.normals(batch * tokens * dim)];
    const weights = draw.uniforms(batch * heads * tokens, 0, 2 / Math.max(tokens, 1));
    const slopes = new Float32Array(weights.length); // working memory
    const [dquery, dkeys, dvalues] = [output(query.length), output(keys.length), output(values.length)];
    return {
      args: [dout, query, keys, values, weights, dquery, dkeys, dvalues, slopes, batch, tokens, dim, heads],
      written: () => {
        const [ofQuery, ofKeys, ofValues] = [dquery, dkeys, dvalues].map(({ length }) =>
          new Array<Rounded>(length)
        ) as [Rounded[], Rounded[], Rounded[]];
        for (const { task, sample, offset } of headsOf([batch, tokens, dim, heads])) {
          const [dOut, q] = [dout, query].map((rows) => rowsOf(rows, sample, 1, dim, offset)) as [Rows, Rows];
          const [k, v] = [keys, values].map((rows) => rowsOf(rows, sample, tokens, dim, offset)) as [
            Rows,
            Rows,
          ];
          const w = (t: number) => weights[task * tokens + t]!;
          const slope = range(tokens, (t) => dot(headDim, (d) => dOut(0, d), (d) => v(t, d)));
          const mean = sumOver(tokens, (t) => mul(w(t), slope[t]!));
          const ds = slope.map((dw, t) => mul(mul(w(t), sub(dw, mean)), div(1, sqrt(headDim))));
          const row = range(headDim, (d) => sumOver(tokens, (t) => mul(ds[t]!, k(t, d))));
          place(ofQuery, [row], sample, dim, offset);
          place(ofKeys, ds.map((x) => range(headDim, (d) => mul(x, q(0, d)))), sample, dim, offset);
          const spread = range(tokens, (t) => range(headDim, (d) => mul(w(t), dOut(0, d))));
          place(ofValues, spread, sample, dim, offset);
        }
        return [[dquery, ofQuery], [dkeys, ofKeys], [dvalues, ofValues]];
      },
    };
  },
};

/** scores = q · kᵀ / √(head dim) */
const attentionScores: KernelCases = {
  sizes: classSizes,
  large: largeClass,
  call(draw, ...sizes) {
    const [batch, tokens, dim, heads] = sizes as unknown as Sizes;
    const qkv = draw.normals(batch * tokens * 3 * dim);
    const scores = output(batch * heads * tokens * tokens);
    return {
      args: [qkv, scores, batch, tokens, dim, heads],
      written: () => [[
        scores,
        headsOf([batch, tokens, dim, heads]).flatMap(({ sample, offset }) => {
          const [q, k] = [offset, dim + offset].map((at) => rowsOf(qkv, sample, tokens, 3 * dim, at)) as [
            Rows,
            Rows,
          ];
          return range(tokens, (i) => range(tokens, (j) => score(q, i, k, j, dim / heads))).flat();
        }),
      ]],
    };
  },
};

/** dq = dscores · k / √(head dim), dk = dscoresᵀ · q / √(head dim), dv = 0 */
const attentionScoresGrad: KernelCases = {
  sizes: classSizes,
  large: largeClass,
  call(draw, ...sizes) {
    const [batch, tokens, dim, heads] = sizes as unknown as Sizes;
    const headDim = dim / heads;
    const dscores = draw.normals(batch * heads * tokens * tokens);
    const qkv = draw.normals(batch * tokens * 3 * dim);
    const dqkv = output(qkv.length);
    return {
      args: [dscores, qkv, dqkv, batch, tokens, dim, heads],
      written: () => {
        const slopes = new Array<Rounded>(dqkv.length);
        for (const { task, sample, offset } of headsOf([batch, tokens, dim, heads])) {
          const [q, k] = [offset, dim + offset].map((at) => rowsOf(qkv, sample, tokens, 3 * dim, at)) as [
            Rows,
            Rows,
          ];
          const slope = (i: number, j: number) => dscores[(task * tokens + i) * tokens + j]!;
          const scaled = (x: number) => mul(x, div(1, sqrt(headDim)));
          const parts = [
            (i: number, d: number) => sumOver(tokens, (j) => mul(slope(i, j), scaled(k(j, d)))),
            (j: number, d: number) => sumOver(tokens, (i) => mul(slope(i, j), scaled(q(i, d)))),
            () => ({ value: 0, error: 0 }),
          ];
          for (const [which, part] of parts.entries()) {
            const numbers = range(tokens, (i) => range(headDim, (d) => part(i, d)));
            place(slopes, numbers, sample, 3 * dim, which * dim + offset);
          }
        }
        return [[dqkv, slopes]];
      },
    };
  },
};

/** The kernels of attention. */
export const attentionCases = {
  self_attention_f32: selfAttention,
  self_attention_grad_f32: selfAttentionGrad,
  attention_scores_f32: attentionScores,
  attention_scores_grad_f32: attentionScoresGrad,
  class_attention_f32: classAttention,
  class_attention_grad_f32: classAttentionGrad,
};
