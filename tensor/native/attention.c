// Multi-head self-attention from fused qkv [batch, tokens, 3 · dim], and its gradient. Blocks of queries meet blocks of keys, small
// enough that everything a pair touches stays in the first cache; the softmax goes on from block to block, so that memory grows with
// the tokens and not with their square. Scores lie transposed, [keys, queries]: then queries fill the lanes of a vector, maxima and
// sums over the keys go down its columns, and of all operands only the queries are ever transposed. Scores count in powers of two:
// log2(e) is a factor of the scale.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

enum { BLOCK = 64 };       // queries, and keys, that meet at a time; a multiple of LANES
enum { PIECE = 1 << 17 };  // multiply-adds that are worth a piece of a loop
enum { LEAST_TASKS = 16 }; // of a gradient: fewer heads are cut into parts
#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE_ROWS = 8 }; // 16 of 32 registers hold sums
#else
enum { TILE_ROWS = 4 }; // 8 of 16
#endif
enum { TILE_VECS = 2 };

typedef struct {
  const float *dout, *qkv, *out, *log_sum_exp;
  float *to, *sums; // out and log_sum_exp; of the gradient, dqkv
  size_t tokens, dim, heads;
  size_t parts;    // of a head's keys in the gradient
  float *dqueries; // [batch, heads, parts, tokens, whole vectors], if there are several parts
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
      multiply(keys, width, head_dim, k + j0 * stride, stride, queries_t, width, weights, width, 0);
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

// out [batch, tokens, dim]; log_sum_exp [batch, heads, tokens], to the base 2, is what the gradient needs to find the weights again.
void self_attention_f32(const float *qkv, float *out, float *log_sum_exp, size_t batch, size_t tokens, size_t dim,
                        size_t heads) {
  if (tokens == 0 || dim == 0) return;
  const Attention call = {.qkv = qkv, .to = out, .sums = log_sum_exp, .tokens = tokens, .dim = dim, .heads = heads};
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

// With P the weights: dP = dout · vᵀ, dS = P ∘ (dP − rowsum(dout ∘ out)) · scale, dq = dS · k, dk = dSᵀ · q, dv = Pᵀ · dout.
static void attend_grad(const void *call, size_t first, size_t end) {
  const Attention *a = call;
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
  for (size_t unit = first; unit < end; unit++) {
    const size_t task = unit / a->parts, sample = task / a->heads, offset = task % a->heads * head_dim;
    const size_t begin = unit % a->parts * blocks / a->parts * BLOCK;
    const size_t stop = least((unit % a->parts + 1) * blocks / a->parts * BLOCK, tokens);
    const float *q = a->qkv + sample * tokens * stride + offset, *k = q + dim, *v = k + dim;
    if (direct && unit + 1 < end) prefetch_head(a, unit + 1);
    float *dq = a->to + sample * tokens * stride + offset, *dk = dq + dim, *dv = dk + dim;
    const float *keys = direct ? k : packed_keys;
    float *dkeys = direct ? dk : own_dkeys, *dvalues = direct ? dv : own_dvalues;
    const size_t own_stride = direct ? stride : wide_dim;
    if (!direct) copy_rows(k + begin * stride, stride, stop - begin, head_dim, packed_keys, wide_dim);
    for (size_t i0 = 0; i0 < tokens; i0 += BLOCK) {
      const size_t rows = least(tokens - i0, BLOCK), width = round_up(rows, LANES);
      const float *q_rows = q + i0 * stride, *dout_rows = a->dout + (sample * tokens + i0) * dim + offset;
      float *dqueries = a->parts > 1 ? a->dqueries + (unit * tokens + i0) * wide_dim : direct ? dq : own_dqueries;
      transpose(q_rows, stride, rows, head_dim, 1.44269504f * scale, queries_t, width);
      transpose(dout_rows, dim, rows, head_dim, 1, douts_t, width);
      dot_rows(dout_rows, a->out + (sample * tokens + i0) * dim + offset, dim, rows, head_dim, deltas);
      memset(sums, 0, width * sizeof(float));
      memcpy(sums, a->log_sum_exp + task * tokens + i0, rows * sizeof(float));
      if (!direct) copy_rows(q_rows, stride, rows, head_dim, packed_queries, wide_dim);
      if (!direct) copy_rows(dout_rows, dim, rows, head_dim, packed_douts, wide_dim);
      for (size_t j0 = begin; j0 < stop; j0 += BLOCK) {
        const size_t count = least(stop - j0, BLOCK), at = (j0 - begin) * own_stride;
        multiply(count, width, head_dim, k + j0 * stride, stride, queries_t, width, weights, width, 0);
        multiply(count, width, head_dim, v + j0 * stride, stride, douts_t, width, slopes, width, 0);
        differentiate(count, width, sums, deltas, scale, weights, slopes);
        multiply_transposed(rows, wide_dim, count, slopes, width, keys + at, own_stride, dqueries, own_stride, j0 > begin);
        multiply(count, wide_dim, rows, slopes, width, direct ? q_rows : packed_queries, own_stride, dkeys + at,
                 own_stride, i0 > 0);
        multiply(count, wide_dim, rows, weights, width, direct ? dout_rows : packed_douts, direct ? dim : wide_dim,
                 dvalues + at, own_stride, i0 > 0);
      }
      if (!direct && a->parts == 1) write_rows(dqueries, wide_dim, rows, head_dim, dq + i0 * stride, stride);
    }
    if (direct) continue;
    write_rows(dkeys, wide_dim, stop - begin, head_dim, dk + begin * stride, stride);
    write_rows(dvalues, wide_dim, stop - begin, head_dim, dv + begin * stride, stride);
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

// dqkv [batch, tokens, 3 · dim].
void self_attention_grad_f32(const float *dout, const float *qkv, const float *out, const float *log_sum_exp,
                             float *dqkv, size_t batch, size_t tokens, size_t dim, size_t heads) {
  if (batch == 0 || tokens == 0 || dim == 0) return;
  const size_t tasks = batch * heads, head_dim = dim / heads, blocks = num_blocks(tokens);
  const size_t parts = least(blocks, tasks >= LEAST_TASKS ? 1 : (LEAST_TASKS + tasks - 1) / tasks);
  const size_t row_floats = parts * round_up(head_dim, LANES);
  float *dqueries = parts > 1 ? scratch(SCRATCH_SHARED, tasks * tokens * row_floats) : NULL;
  const Attention call = {.dout = dout, .qkv = qkv, .out = out, .log_sum_exp = log_sum_exp, .to = dqkv,
                          .tokens = tokens, .dim = dim, .heads = heads, .parts = parts, .dqueries = dqueries};
  parallel(tasks * parts, piece_grain((uint64_t)5 * tokens * tokens / parts * head_dim), attend_grad, &call);
  if (parts > 1) parallel(tasks * tokens, row_grain(row_floats), add_parts, &call);
}
