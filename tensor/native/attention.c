// Multi-head self-attention from fused qkv [batch, tokens, 3 · dim], and its gradient. Blocks of queries meet blocks of keys, small
// enough that everything a pair touches stays in the first cache; the softmax goes on from block to block, so that memory grows with
// the tokens and not with their square. Scores lie transposed, [keys, queries]: then queries fill the lanes of a vector, maxima and
// sums over the keys go down its columns, and of all operands only the queries are ever transposed. Scores count in powers of two:
// log2(e) is a factor of the scale. A bias that all samples share lies transposed like the scores, which are added to it; its gradient
// is the sum over groups of samples, then over the groups: memory does not grow with the batch.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

enum { BLOCK = 64 };       // queries, and keys, that meet at a time; a multiple of LANES
enum { PIECE = 1 << 17 };  // multiply-adds that are worth a piece of a loop
enum { LEAST_TASKS = 16 }; // of a gradient: fewer heads are cut into parts
enum { LEAST_SUMS = 32 };  // of a bias' gradient, before they are added up
#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE_ROWS = 8 }; // 16 of 32 registers hold sums
#else
enum { TILE_ROWS = 4 }; // 8 of 16
#endif
enum { TILE_VECS = 2 };

typedef struct {
  const float *dout, *qkv, *out, *log_sum_exp;
  float *to, *sums; // out and log_sum_exp; of the gradient, dqkv
  const float *bias; // [heads, tokens, tokens], or NULL
  float *scores;     // what scores start from, if there is a bias [heads, score_floats()]
  size_t batch, tokens, dim, heads;
  size_t groups;    // of samples in the gradient
  size_t parts;     // of a head's keys in the gradient
  float *dqueries;  // [batch, heads, parts, tokens, whole vectors], if there are several parts
  float *dscores;   // sums of the scores' gradients, if there is a bias [groups, heads, score_floats()]
  float *dbias;     // [heads, tokens, tokens]
} Attention;

// Tiles of its own beside those of gemm_tile.c, as these operands lie in the first cache and fill their vectors: nothing is packed,
// fetched ahead or cut off. One tile of c = a · b, or c += a · b; element (i, k) of a lies at i · row + k · along.
INLINE void tile(const size_t rows, const size_t vecs, size_t depth, const float *a, size_t row, size_t along,
                 const float *b, size_t b_stride, float *c, size_t c_stride, int adds) {
  vec sum[TILE_ROWS][TILE_VECS];
#pragma GCC unroll 8
  for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (size_t j = 0; j < vecs; j++) sum[i][j] = (vec){0};
  }
  for (size_t k = 0; k < depth; k++) {
    vec right[TILE_VECS];
#pragma GCC unroll 2
    for (size_t j = 0; j < vecs; j++) right[j] = load(b + k * b_stride + j * LANES);
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
      const vec left = splat(a[i * row + k * along]);
#pragma GCC unroll 2
      for (size_t j = 0; j < vecs; j++) sum[i][j] = multiply_add(left, right[j], sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (size_t j = 0; j < vecs; j++) {
      float *at = c + i * c_stride + j * LANES;
      store(at, adds ? load(at) + sum[i][j] : sum[i][j]);
    }
  }
}

INLINE void tile_column(const size_t vecs, size_t rows, size_t depth, const float *a, size_t row, size_t along,
                        const float *b, size_t b_stride, float *c, size_t c_stride, int adds) {
  size_t i = 0;
  for (; i + TILE_ROWS <= rows; i += TILE_ROWS)
    tile(TILE_ROWS, vecs, depth, a + i * row, row, along, b, b_stride, c + i * c_stride, c_stride, adds);
  if (TILE_ROWS > 4 && i + 4 <= rows) {
    tile(4, vecs, depth, a + i * row, row, along, b, b_stride, c + i * c_stride, c_stride, adds);
    i += 4;
  }
  if (i + 2 <= rows) {
    tile(2, vecs, depth, a + i * row, row, along, b, b_stride, c + i * c_stride, c_stride, adds);
    i += 2;
  }
  if (i < rows) tile(1, vecs, depth, a + i * row, row, along, b, b_stride, c + i * c_stride, c_stride, adds);
}

INLINE void product(size_t rows, size_t cols, size_t depth, const float *a, size_t row, size_t along, const float *b,
                    size_t b_stride, float *c, size_t c_stride, int adds) {
  size_t j = 0;
  for (; j + TILE_VECS * LANES <= cols; j += TILE_VECS * LANES)
    tile_column(TILE_VECS, rows, depth, a, row, along, b + j, b_stride, c + j, c_stride, adds);
  if (j < cols) tile_column(1, rows, depth, a, row, along, b + j, b_stride, c + j, c_stride, adds);
}

// c [rows, cols] = a · b, or c += a · b, with a [rows, depth] and b [depth, cols]; cols is a multiple of LANES.
static void multiply(size_t rows, size_t cols, size_t depth, const float *a, size_t a_stride, const float *b,
                     size_t b_stride, float *c, size_t c_stride, int adds) {
  product(rows, cols, depth, a, a_stride, 1, b, b_stride, c, c_stride, adds);
}

// The same with a transposed, [depth, rows].
static void multiply_transposed(size_t rows, size_t cols, size_t depth, const float *a, size_t a_stride, const float *b,
                                size_t b_stride, float *c, size_t c_stride, int adds) {
  product(rows, cols, depth, a, 1, a_stride, b, b_stride, c, c_stride, adds);
}

// [rows, cols] → [rows, whole vectors], zeros on the right; and the other way.
static void copy_rows(const float *from, size_t from_stride, size_t rows, size_t cols, float *to, size_t to_stride) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j += LANES) store(to + i * to_stride + j, load_lanes(from + i * from_stride + j, cols - j));
  }
}
static void write_rows(const float *from, size_t from_stride, size_t rows, size_t cols, float *to, size_t to_stride) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j += LANES) store_lanes(to + i * to_stride + j, load(from + i * from_stride + j), cols - j);
  }
}

// [rows, cols] · factor → [cols, width], zeros on the right; width is `rows` rounded up to whole vectors.
static void transpose(const float *from, size_t stride, size_t rows, size_t cols, float factor, float *to,
                      size_t width) {
  for (size_t i0 = 0; i0 < width; i0 += LANES) {
    for (size_t j0 = 0; j0 < cols; j0 += LANES) {
      const float *at = from + i0 * stride + j0;
      vec x[LANES];
      if (rows - i0 >= LANES && cols - j0 >= LANES) {
        for (size_t i = 0; i < LANES; i++) x[i] = load(at + i * stride) * factor;
        transpose_lanes(x);
        for (size_t j = 0; j < LANES; j++) store(to + (j0 + j) * width + i0, x[j]);
      } else {
        for (size_t i = 0; i < LANES; i++) {
          x[i] = i < rows - i0 ? load_lanes(at + i * stride, cols - j0) * factor : (vec){0};
        }
        transpose_lanes(x);
        for (size_t j = 0; j < LANES && j < cols - j0; j++) store(to + (j0 + j) * width + i0, x[j]);
      }
    }
  }
}

INLINE float *take(float **memory, size_t floats) {
  float *taken = *memory;
  *memory += round_up(floats, 16);
  return taken;
}

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

static size_t num_blocks(size_t tokens) { return (tokens + BLOCK - 1) / BLOCK; }

// A head's numbers for every score: blocks of queries, each [keys, whole vectors of queries].
static size_t score_floats(size_t tokens) { return tokens * round_up(tokens, LANES); }

// Whether blocks are read and written where they lie. Copies pay where several blocks meet them; rows that do not fill their vectors
// need them.
static int in_place(size_t tokens, size_t head_dim) { return tokens <= BLOCK && head_dim % LANES == 0; }

// Scores [keys, width] → 2^(score − top) with the running maxima `tops`; `factors` are what older sums shrink by.
static void exponentiate(size_t keys, size_t width, float *scores, float *tops, float *totals, float *factors) {
  for (size_t c = 0; c < width; c += LANES) {
    float *column = scores + c;
    const vec before = load(tops + c);
    vec even = before, odd = before;
    size_t j = 0;
    for (; j + 2 <= keys; j += 2) {
      even = vec_max(load(column + j * width), even);
      odd = vec_max(load(column + (j + 1) * width), odd);
    }
    if (j < keys) even = vec_max(load(column + j * width), even);
    const vec top = vec_max(even, odd), factor = vec_exp2(before - top);
    vec total = load(totals + c) * factor;
    for (j = 0; j < keys; j++) {
      const vec weight = vec_exp2(load(column + j * width) - top);
      store(column + j * width, weight);
      total += weight;
    }
    store(tops + c, top);
    store(totals + c, total);
    store(factors + c, factor);
  }
}

// Asks for the rows of a sample's head, which are short and lie too far apart for the processor to foresee.
static void prefetch_rows(const float *from, size_t stride, size_t rows, size_t cols) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j += 16) prefetch(from + i * stride + j);
  }
}
static void prefetch_head(const Attention *a, size_t task) {
  const size_t head_dim = a->dim / a->heads, first = task / a->heads * a->tokens, offset = task % a->heads * head_dim;
  for (size_t part = 0; part < 3; part++)
    prefetch_rows(a->qkv + (3 * first + part) * a->dim + offset, 3 * a->dim, a->tokens, head_dim);
  if (!a->dout) return;
  prefetch_rows(a->dout + first * a->dim + offset, a->dim, a->tokens, head_dim);
  prefetch_rows(a->out + first * a->dim + offset, a->dim, a->tokens, head_dim);
}

// The bias of blocks of queries, transposed and to the base 2, less the largest of each query: a softmax does not know what all scores
// have in common, and a float cannot hold a score beside −10⁹.
static void transpose_bias(const void *call, size_t first, size_t end) {
  const Attention *a = call;
  const size_t tokens = a->tokens, blocks = num_blocks(tokens);
  for (size_t unit = first; unit < end; unit++) {
    const size_t head = unit / blocks, i0 = unit % blocks * BLOCK;
    const size_t rows = least(tokens - i0, BLOCK), width = round_up(rows, LANES);
    float *to = a->scores + head * score_floats(tokens) + i0 * tokens;
    transpose(a->bias + (head * tokens + i0) * tokens, tokens, rows, tokens, 1, to, width);
    for (size_t c = 0; c < width; c += LANES) {
      vec top = load(to + c);
      for (size_t at = c; at < tokens * width; at += width) top = vec_max(load(to + at), top);
      for (size_t at = c; at < tokens * width; at += width) store(to + at, (load(to + at) - top) * 1.44269504f);
    }
  }
}

// Scores [count, width] of keys from j0 and queries from i0.
INLINE void score(const Attention *a, size_t head, size_t j0, size_t count, size_t i0, size_t width, const float *k,
                  size_t stride, const float *queries_t, float *scores) {
  if (a->scores) {
    const float *start = a->scores + head * score_floats(a->tokens) + i0 * a->tokens + j0 * width;
    memcpy(scores, start, count * width * sizeof(float));
  }
  multiply(count, width, a->dim / a->heads, k + j0 * stride, stride, queries_t, width, scores, width, a->scores != NULL);
}

static void attend(const void *call, size_t first, size_t end) {
  const Attention *a = call;
  const size_t tokens = a->tokens, dim = a->dim, head_dim = dim / a->heads, stride = 3 * dim;
  const size_t wide_dim = round_up(head_dim, LANES), blocks = num_blocks(tokens);
  const int direct = in_place(tokens, head_dim);
  float *memory = scratch(SCRATCH_OWN, BLOCK * (head_dim + BLOCK + 2 * wide_dim + 3));
  float *queries_t = take(&memory, BLOCK * head_dim), *weights = take(&memory, BLOCK * BLOCK);
  float *mixed = take(&memory, BLOCK * wide_dim), *packed = take(&memory, BLOCK * wide_dim);
  float *tops = take(&memory, BLOCK), *totals = take(&memory, BLOCK), *factors = take(&memory, BLOCK);
  for (size_t unit = first; unit < end; unit++) {
    const size_t task = unit / blocks, sample = task / a->heads, offset = task % a->heads * head_dim;
    const size_t i0 = unit % blocks * BLOCK, rows = least(tokens - i0, BLOCK), width = round_up(rows, LANES);
    const float *q = a->qkv + sample * tokens * stride + offset, *k = q + dim, *v = k + dim;
    if (direct && unit + 1 < end) prefetch_head(a, unit + 1);
    transpose(q + i0 * stride, stride, rows, head_dim, 1.44269504f / __builtin_sqrtf(head_dim), queries_t, width);
    for (size_t i = 0; i < width; i++) tops[i] = -3.40282347e+38f; // not −∞, which a score of −∞ would make NaN
    memset(totals, 0, width * sizeof(float));
    for (size_t j0 = 0; j0 < tokens; j0 += BLOCK) {
      const size_t keys = least(tokens - j0, BLOCK);
      score(a, task % a->heads, j0, keys, i0, width, k, stride, queries_t, weights);
      exponentiate(keys, width, weights, tops, totals, factors);
      if (j0 > 0) {
        for (size_t i = 0; i < rows; i++) {
          float *row = mixed + i * wide_dim;
          for (size_t j = 0; j < wide_dim; j += LANES) store(row + j, load(row + j) * factors[i]);
        }
      }
      if (!direct) copy_rows(v + j0 * stride, stride, keys, head_dim, packed, wide_dim);
      multiply_transposed(rows, wide_dim, keys, weights, width, direct ? v : packed, direct ? stride : wide_dim, mixed,
                          wide_dim, j0 > 0);
    }
    for (size_t i = 0; i < width; i += LANES) {
      const vec total = load(totals + i);
      store_lanes(a->sums + task * tokens + i0 + i, load(tops + i) + vec_log(total) * 1.44269504f, rows - i);
      store(totals + i, 1.0f / total);
    }
    float *to = a->to + (sample * tokens + i0) * dim + offset;
    for (size_t i = 0; i < rows; i++) {
      for (size_t j = 0; j < head_dim; j += LANES)
        store_lanes(to + i * dim + j, load(mixed + i * wide_dim + j) * totals[i], head_dim - j);
    }
  }
}

// Units in a piece of a loop, each with so many multiply-adds.
static size_t piece_grain(uint64_t work) { return 1 + (size_t)(PIECE / (work + 1)); }

static void transpose_all_bias(const Attention *a) {
  const size_t blocks = num_blocks(a->tokens);
  parallel(a->heads * blocks, row_grain(BLOCK * a->tokens), transpose_bias, a);
}

// out [batch, tokens, dim]; log_sum_exp [batch, heads, tokens], to the base 2 and with a bias less its largest number in the row, is what
// the gradient needs to find the weights again. bias [heads, tokens, tokens] or NULL.
void self_attention_f32(const float *qkv, const float *bias, float *out, float *log_sum_exp, size_t batch, size_t tokens,
                        size_t dim, size_t heads) {
  if (batch == 0 || tokens == 0 || dim == 0) return;
  float *scores = bias ? scratch(SCRATCH_SHARED, heads * score_floats(tokens)) : NULL;
  const Attention call = {.qkv = qkv, .to = out, .sums = log_sum_exp, .bias = bias, .scores = scores,
                          .tokens = tokens, .dim = dim, .heads = heads};
  if (bias) transpose_all_bias(&call);
  const uint64_t work = (uint64_t)2 * least(tokens, BLOCK) * tokens * (dim / heads);
  parallel(batch * heads * num_blocks(tokens), piece_grain(work), attend, &call);
}

// Weights and slopes [keys, width] from the scores and dout · vᵀ: 2^(score − sum) and weight · (slope − delta) · scale.
static void differentiate(size_t keys, size_t width, const float *sums, const float *deltas, float scale,
                          float *weights, float *slopes) {
  for (size_t c = 0; c < width; c += LANES) {
    const vec sum = load(sums + c), delta = load(deltas + c);
    for (size_t at = c; at < keys * width; at += width) {
      const vec weight = vec_exp2(load(weights + at) - sum);
      store(weights + at, weight);
      store(slopes + at, weight * (load(slopes + at) - delta) * scale);
    }
  }
}

// For each row the sum of a ∘ b.
static void dot_rows(const float *a, const float *b, size_t stride, size_t rows, size_t cols, float *dots) {
  for (size_t i0 = 0; i0 < rows; i0 += LANES) {
    vec x[LANES];
    for (size_t i = 0; i < LANES; i++) {
      x[i] = (vec){0};
      if (i >= rows - i0) continue;
      const size_t at = (i0 + i) * stride;
      for (size_t j = 0; j < cols; j += LANES) x[i] += load_lanes(a + at + j, cols - j) * load_lanes(b + at + j, cols - j);
    }
    store(dots + i0, sum_each(x));
  }
}

// sums = slopes, or sums += slopes; `floats` is a multiple of LANES.
static void add_slopes(const float *slopes, size_t floats, float *sums, int adds) {
  for (size_t i = 0; i < floats; i += LANES) {
    const vec slope = load(slopes + i);
    store(sums + i, adds ? load(sums + i) + slope : slope);
  }
}

// Of a part of the keys of a sample's head. With P the weights: dP = dout · vᵀ, dS = P ∘ (dP − rowsum(dout ∘ out)) · scale, dq = dS · k,
// dk = dSᵀ · q, dv = Pᵀ · dout.
static void part_grad(const Attention *a, size_t task, size_t part, float *dscores, int adds) {
  const size_t tokens = a->tokens, dim = a->dim, head_dim = dim / a->heads, stride = 3 * dim;
  const size_t wide_dim = round_up(head_dim, LANES), blocks = num_blocks(tokens);
  const size_t most_keys = least((blocks + a->parts - 1) / a->parts * BLOCK, tokens);
  const int direct = in_place(tokens, head_dim);
  const float scale = 1.0f / __builtin_sqrtf(head_dim);
  float *memory = scratch(SCRATCH_OWN, BLOCK * (2 * head_dim + 2 * BLOCK + 3 * wide_dim + 2) +
                                           (direct ? 0 : 3 * most_keys * wide_dim));
  float *queries_t = take(&memory, BLOCK * head_dim), *douts_t = take(&memory, BLOCK * head_dim);
  float *weights = take(&memory, BLOCK * BLOCK), *slopes = take(&memory, BLOCK * BLOCK);
  float *sums = take(&memory, BLOCK), *deltas = take(&memory, BLOCK);
  float *packed_queries = take(&memory, BLOCK * wide_dim), *packed_douts = take(&memory, BLOCK * wide_dim);
  float *own_dqueries = take(&memory, BLOCK * wide_dim);
  float *packed_keys = memory, *own_dkeys = packed_keys + most_keys * wide_dim;
  float *own_dvalues = own_dkeys + most_keys * wide_dim;
  const size_t sample = task / a->heads, head = task % a->heads, offset = head * head_dim;
  const size_t begin = part * blocks / a->parts * BLOCK;
  const size_t stop = least((part + 1) * blocks / a->parts * BLOCK, tokens);
  const float *q = a->qkv + sample * tokens * stride + offset, *k = q + dim, *v = k + dim;
  float *dq = a->to + sample * tokens * stride + offset, *dk = dq + dim, *dv = dk + dim;
  const float *keys = direct ? k : packed_keys;
  float *dkeys = direct ? dk : own_dkeys, *dvalues = direct ? dv : own_dvalues;
  const size_t own_stride = direct ? stride : wide_dim;
  if (!direct) copy_rows(k + begin * stride, stride, stop - begin, head_dim, packed_keys, wide_dim);
  for (size_t i0 = 0; i0 < tokens; i0 += BLOCK) {
    const size_t rows = least(tokens - i0, BLOCK), width = round_up(rows, LANES);
    const float *q_rows = q + i0 * stride, *dout_rows = a->dout + (sample * tokens + i0) * dim + offset;
    float *dqueries = direct ? dq : own_dqueries;
    if (a->parts > 1) dqueries = a->dqueries + ((task * a->parts + part) * tokens + i0) * wide_dim;
    transpose(q_rows, stride, rows, head_dim, 1.44269504f * scale, queries_t, width);
    transpose(dout_rows, dim, rows, head_dim, 1, douts_t, width);
    dot_rows(dout_rows, a->out + (sample * tokens + i0) * dim + offset, dim, rows, head_dim, deltas);
    memset(sums, 0, width * sizeof(float));
    memcpy(sums, a->log_sum_exp + task * tokens + i0, rows * sizeof(float));
    if (!direct) copy_rows(q_rows, stride, rows, head_dim, packed_queries, wide_dim);
    if (!direct) copy_rows(dout_rows, dim, rows, head_dim, packed_douts, wide_dim);
    for (size_t j0 = begin; j0 < stop; j0 += BLOCK) {
      const size_t count = least(stop - j0, BLOCK), at = (j0 - begin) * own_stride;
      score(a, head, j0, count, i0, width, k, stride, queries_t, weights);
      multiply(count, width, head_dim, v + j0 * stride, stride, douts_t, width, slopes, width, 0);
      differentiate(count, width, sums, deltas, scale, weights, slopes);
      if (dscores) add_slopes(slopes, count * width, dscores + i0 * tokens + j0 * width, adds);
      multiply_transposed(rows, wide_dim, count, slopes, width, keys + at, own_stride, dqueries, own_stride, j0 > begin);
      multiply(count, wide_dim, rows, slopes, width, direct ? q_rows : packed_queries, own_stride, dkeys + at,
               own_stride, i0 > 0);
      multiply(count, wide_dim, rows, weights, width, direct ? dout_rows : packed_douts, direct ? dim : wide_dim,
               dvalues + at, own_stride, i0 > 0);
    }
    if (!direct && a->parts == 1) write_rows(dqueries, wide_dim, rows, head_dim, dq + i0 * stride, stride);
  }
  if (direct) return;
  write_rows(dkeys, wide_dim, stop - begin, head_dim, dk + begin * stride, stride);
  write_rows(dvalues, wide_dim, stop - begin, head_dim, dv + begin * stride, stride);
}

// A unit is a part of a head in a group of samples, one sample after the other.
static void attend_grad(const void *call, size_t first, size_t end) {
  const Attention *a = call;
  const int direct = in_place(a->tokens, a->dim / a->heads);
  for (size_t unit = first; unit < end; unit++) {
    const size_t part = unit % a->parts, head = unit / a->parts % a->heads, group = unit / a->parts / a->heads;
    const size_t begin = group * a->batch / a->groups, stop = (group + 1) * a->batch / a->groups;
    const size_t next_unit = head + 1 < a->heads ? begin * a->heads + head + 1 : stop * a->heads; // its first task
    float *dscores = a->dscores ? a->dscores + (group * a->heads + head) * score_floats(a->tokens) : NULL;
    for (size_t sample = begin; sample < stop; sample++) {
      const size_t task = sample * a->heads + head;
      const int stays = sample + 1 < stop;
      if (direct && (stays || unit + 1 < end)) prefetch_head(a, stays ? task + a->heads : next_unit);
      part_grad(a, task, part, dscores, sample > begin);
    }
  }
}

// The gradient of blocks of the bias: over the groups, without the scale and with queries as rows again.
static void add_groups(const void *call, size_t first, size_t end) {
  const Attention *a = call;
  const size_t tokens = a->tokens, blocks = num_blocks(tokens), group_floats = a->heads * score_floats(tokens);
  const float unscale = __builtin_sqrtf(a->dim / a->heads);
  float *memory = scratch(SCRATCH_OWN, 2 * BLOCK * BLOCK);
  float *sums = take(&memory, BLOCK * BLOCK), *sums_t = take(&memory, BLOCK * BLOCK);
  for (size_t unit = first; unit < end; unit++) {
    const size_t head = unit / blocks / blocks, i0 = unit / blocks % blocks * BLOCK, j0 = unit % blocks * BLOCK;
    const size_t rows = least(tokens - i0, BLOCK), count = least(tokens - j0, BLOCK), width = round_up(rows, LANES);
    const float *from = a->dscores + head * score_floats(tokens) + i0 * tokens + j0 * width;
    for (size_t i = 0; i < count * width; i += LANES) {
      vec sum = load(from + i);
      for (size_t group = 1; group < a->groups; group++) sum += load(from + group * group_floats + i);
      store(sums + i, sum);
    }
    const size_t wide_count = round_up(count, LANES);
    transpose(sums, width, count, rows, unscale, sums_t, wide_count);
    write_rows(sums_t, wide_count, rows, count, a->dbias + (head * tokens + i0) * tokens + j0, tokens);
  }
}

// dq of a block of queries is the sum of what the parts of the keys gave, in their order.
static void add_parts(const void *call, size_t first, size_t end) {
  const Attention *a = call;
  const size_t tokens = a->tokens, dim = a->dim, head_dim = dim / a->heads, wide_dim = round_up(head_dim, LANES);
  for (size_t row = first; row < end; row++) {
    const size_t task = row / tokens, i = row % tokens;
    const float *from = a->dqueries + (task * a->parts * tokens + i) * wide_dim;
    float *to = a->to + (task / a->heads * tokens + i) * 3 * dim + task % a->heads * head_dim;
    for (size_t j = 0; j < head_dim; j += LANES) {
      vec sum = load(from + j);
      for (size_t part = 1; part < a->parts; part++) sum += load(from + part * tokens * wide_dim + j);
      store_lanes(to + j, sum, head_dim - j);
    }
  }
}

// dqkv [batch, tokens, 3 · dim]; with a bias also its gradient, dbias [heads, tokens, tokens].
void self_attention_grad_f32(const float *dout, const float *qkv, const float *bias, const float *out,
                             const float *log_sum_exp, float *dqkv, float *dbias, size_t batch, size_t tokens, size_t dim,
                             size_t heads) {
  if (batch == 0 || tokens == 0 || dim == 0) {
    if (bias) memset(dbias, 0, heads * tokens * tokens * sizeof(float));
    return;
  }
  const size_t head_dim = dim / heads, blocks = num_blocks(tokens);
  const size_t groups = bias ? least(batch, (LEAST_SUMS + heads - 1) / heads) : batch, tasks = groups * heads;
  const size_t parts = least(blocks, tasks >= LEAST_TASKS ? 1 : (LEAST_TASKS + tasks - 1) / tasks);
  const size_t row_floats = parts * round_up(head_dim, LANES);
  const size_t bias_floats = bias ? heads * score_floats(tokens) : 0;
  const size_t dquery_floats = parts > 1 ? batch * heads * tokens * row_floats : 0;
  float *memory = scratch(SCRATCH_SHARED, (1 + groups) * bias_floats + dquery_floats + 32); // to whole cache lines
  float *scores = take(&memory, bias_floats), *dscores = take(&memory, groups * bias_floats);
  const Attention call = {.dout = dout, .qkv = qkv, .out = out, .log_sum_exp = log_sum_exp, .to = dqkv, .bias = bias,
                          .scores = bias ? scores : NULL, .batch = batch, .tokens = tokens, .dim = dim, .heads = heads,
                          .groups = groups, .parts = parts, .dqueries = memory, .dscores = bias ? dscores : NULL,
                          .dbias = dbias};
  if (bias) transpose_all_bias(&call);
  const uint64_t work = (uint64_t)5 * tokens * tokens / parts * head_dim * (batch / groups);
  parallel(tasks * parts, piece_grain(work), attend_grad, &call);
  if (parts > 1) parallel(batch * heads * tokens, row_grain(row_floats), add_parts, &call);
  if (bias) parallel(heads * blocks * blocks, row_grain(groups * BLOCK * BLOCK), add_groups, &call);
}

typedef struct {
  const float *dscores, *qkv;
  float *to; // scores; of the gradient, dqkv
  size_t tokens, dim, heads;
} Scores;

static void score_heads(const void *call, size_t first, size_t end) {
  const Scores *s = call;
  const size_t tokens = s->tokens, dim = s->dim, head_dim = dim / s->heads, width = round_up(tokens, LANES);
  const float scale = 1.0f / __builtin_sqrtf(head_dim);
  float *memory = scratch(SCRATCH_OWN, head_dim * width + BLOCK * width + 32);
  float *keys_t = take(&memory, head_dim * width), *scores = take(&memory, BLOCK * width);
  for (size_t task = first; task < end; task++) {
    const float *q = s->qkv + task / s->heads * tokens * 3 * dim + task % s->heads * head_dim;
    transpose(q + dim, 3 * dim, tokens, head_dim, scale, keys_t, width);
    for (size_t i0 = 0; i0 < tokens; i0 += BLOCK) {
      const size_t rows = least(tokens - i0, BLOCK);
      multiply(rows, width, head_dim, q + i0 * 3 * dim, 3 * dim, keys_t, width, scores, width, 0);
      write_rows(scores, width, rows, tokens, s->to + (task * tokens + i0) * tokens, tokens);
    }
  }
}

// scores [batch, heads, tokens, tokens] = q · kᵀ / √(dim / heads).
void attention_scores_f32(const float *qkv, float *scores, size_t batch, size_t tokens, size_t dim, size_t heads) {
  if (batch == 0 || tokens == 0 || dim == 0) return;
  const Scores call = {.qkv = qkv, .to = scores, .tokens = tokens, .dim = dim, .heads = heads};
  parallel(batch * heads, piece_grain((uint64_t)tokens * tokens * (dim / heads)), score_heads, &call);
}

static void score_heads_grad(const void *call, size_t first, size_t end) {
  const Scores *s = call;
  const size_t tokens = s->tokens, dim = s->dim, head_dim = dim / s->heads, wide_dim = round_up(head_dim, LANES);
  const float scale = 1.0f / __builtin_sqrtf(head_dim);
  float *memory = scratch(SCRATCH_OWN, 2 * tokens * wide_dim + 32);
  float *packed = take(&memory, tokens * wide_dim), *product = take(&memory, tokens * wide_dim);
  for (size_t task = first; task < end; task++) {
    const size_t at = task / s->heads * tokens * 3 * dim + task % s->heads * head_dim;
    const float *dscores = s->dscores + task * tokens * tokens;
    for (size_t part = 0; part < 3; part++) { // dq = dscores · k, dk = dscoresᵀ · q, dv = 0
      float *to = s->to + at + part * dim;
      if (part == 2) {
        for (size_t i = 0; i < tokens; i++) memset(to + i * 3 * dim, 0, head_dim * sizeof(float));
        continue;
      }
      const float *other = s->qkv + at + (1 - part) * dim;
      for (size_t i = 0; i < tokens; i++) {
        for (size_t j = 0; j < head_dim; j += LANES)
          store(packed + i * wide_dim + j, load_lanes(other + i * 3 * dim + j, head_dim - j) * scale);
      }
      if (part == 0) multiply(tokens, wide_dim, tokens, dscores, tokens, packed, wide_dim, product, wide_dim, 0);
      else multiply_transposed(tokens, wide_dim, tokens, dscores, tokens, packed, wide_dim, product, wide_dim, 0);
      write_rows(product, wide_dim, tokens, head_dim, to, 3 * dim);
    }
  }
}

// dqkv [batch, tokens, 3 · dim], 0 for the values.
void attention_scores_grad_f32(const float *dscores, const float *qkv, float *dqkv, size_t batch, size_t tokens, size_t dim,
                               size_t heads) {
  if (batch == 0 || tokens == 0 || dim == 0) return;
  const Scores call = {.dscores = dscores, .qkv = qkv, .to = dqkv, .tokens = tokens, .dim = dim, .heads = heads};
  parallel(batch * heads, piece_grain((uint64_t)2 * tokens * tokens * (dim / heads)), score_heads_grad, &call);
}
