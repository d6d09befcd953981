// Multi-head self-attention from fused qkv [batch, tokens, 3 · dim], and its gradient. One task is one head of one sample; its keys
// and values are packed once, its queries go by in blocks, so memory grows with the tokens and not with their square.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

enum { QUERIES = 32 }; // rows of the score matrix held at a time

typedef struct {
  const float *dout, *qkv;
  float *out, *log_sum_exp, *dqkv;
  size_t tokens, dim, heads;
} Attention;

// Heads in a piece of the loop over all heads of all samples.
static size_t heads_grain(size_t tokens, size_t head_dim) { return 1 + GRAIN / (tokens * head_dim); }

// One block of rows × vecs · LANES of out = a · b; a's elements lie at i · row + k · col, b is [depth, b_stride].
INLINE void small_tile(const size_t rows, const size_t vecs, size_t depth, const float *a, size_t row, size_t col,
                       const float *b, size_t b_stride, float *out, size_t out_stride, int add) {
  vec sum[8][2];
#pragma GCC unroll 8
  for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (size_t j = 0; j < vecs; j++) sum[i][j] = add ? load(out + i * out_stride + j * LANES) : (vec){0};
  }
  for (size_t k = 0; k < depth; k++) {
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
      for (size_t j = 0; j < vecs; j++) sum[i][j] += a[i * row + k * col] * load(b + k * b_stride + j * LANES);
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (size_t j = 0; j < vecs; j++) store(out + i * out_stride + j * LANES, sum[i][j]);
  }
}

// out [rows, cols] = a · b, or out += a · b; cols is a multiple of LANES.
static void small_product(size_t rows, size_t cols, size_t depth, const float *a, size_t row, size_t col,
                          const float *b, size_t b_stride, float *out, size_t out_stride, int add) {
  for (size_t j = 0; j < cols;) {
    const int wide = cols - j >= 2 * LANES;
    size_t i = 0;
    for (; i + 8 <= rows; i += 8) {
      if (wide) small_tile(8, 2, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
      else small_tile(8, 1, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
    }
    for (; i + 4 <= rows; i += 4) {
      if (wide) small_tile(4, 2, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
      else small_tile(4, 1, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
    }
    for (; i < rows; i++) {
      if (wide) small_tile(1, 2, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
      else small_tile(1, 1, depth, a + i * row, row, col, b + j, b_stride, out + i * out_stride + j, out_stride, add);
    }
    j += wide ? 2 * LANES : LANES;
  }
}

// [rows, cols] with stride → [rows, width], zeros on the right.
static void pack_rows(const float *from, size_t stride, size_t rows, size_t cols, size_t width, float *to) {
  for (size_t i = 0; i < rows; i++) {
    memcpy(to + i * width, from + i * stride, cols * sizeof(float));
    memset(to + i * width + cols, 0, (width - cols) * sizeof(float));
  }
}

// [rows, cols] with stride → [cols, width], zeros on the right.
static void pack_columns(const float *from, size_t stride, size_t rows, size_t cols, size_t width, float *to) {
  if (width > rows) memset(to, 0, cols * width * sizeof(float));
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) to[j * width + i] = from[i * stride + j];
  }
}

// [rows, width] → [rows, cols] with stride.
static void unpack_rows(const float *from, size_t width, size_t rows, size_t cols, float *to, size_t stride) {
  for (size_t i = 0; i < rows; i++) memcpy(to + i * stride, from + i * width, cols * sizeof(float));
}

static void attend(const void *call, size_t first, size_t end) {
  const Attention *c = call;
  const float *qkv = c->qkv;
  float *out = c->out, *log_sum_exp = c->log_sum_exp;
  const size_t tokens = c->tokens, dim = c->dim, heads = c->heads, head_dim = dim / heads, stride = 3 * dim;
  const size_t wide_tokens = round_up(tokens, LANES), wide_dim = round_up(head_dim, LANES);
  const float scale = 1.0f / sqrtf(head_dim);
  for (size_t task = first; task < end; task++) {
    const float *q = qkv + task / heads * tokens * stride + task % heads * head_dim, *k = q + dim, *v = k + dim;
    float *keys = scratch(SCRATCH_OWN, head_dim * wide_tokens + tokens * wide_dim + QUERIES * (wide_tokens + wide_dim));
    float *values = keys + head_dim * wide_tokens, *weights = values + tokens * wide_dim;
    float *mixed = weights + QUERIES * wide_tokens;
    pack_columns(k, stride, tokens, head_dim, wide_tokens, keys);
    pack_rows(v, stride, tokens, head_dim, wide_dim, values);
    for (size_t i0 = 0; i0 < tokens; i0 += QUERIES) {
      const size_t rows = tokens - i0 < QUERIES ? tokens - i0 : QUERIES;
      small_product(rows, wide_tokens, head_dim, q + i0 * stride, stride, 1, keys, wide_tokens, weights, wide_tokens, 0);
      for (size_t i = 0; i < rows; i++) {
        float *row = weights + i * wide_tokens;
        for (size_t j = tokens; j < wide_tokens; j++) row[j] = -INFINITY;
        vec best = load(row) * scale;
        for (size_t j = LANES; j < wide_tokens; j += LANES) best = vec_max(load(row + j) * scale, best);
        float top = best[0];
        for (int lane = 1; lane < LANES; lane++) top = best[lane] > top ? best[lane] : top;
        vec sum = {0};
        for (size_t j = 0; j < wide_tokens; j += LANES) {
          const vec e = vec_exp(load(row + j) * scale - top);
          const vec kept = tokens - j >= LANES ? e : load_part((const float *)&e, tokens - j);
          store(row + j, kept);
          sum += kept;
        }
        const float total = sum_lanes(sum);
        log_sum_exp[task * tokens + i0 + i] = top + logf(total);
        for (size_t j = 0; j < wide_tokens; j += LANES) store(row + j, load(row + j) * (1.0f / total));
      }
      small_product(rows, wide_dim, tokens, weights, wide_tokens, 1, values, wide_dim, mixed, wide_dim, 0);
      unpack_rows(mixed, wide_dim, rows, head_dim,
                  out + (task / heads * tokens + i0) * dim + task % heads * head_dim, dim);
    }
  }
}

// out [batch, tokens, dim]; log_sum_exp [batch, heads, tokens] is what the gradient needs to find the weights again.
void self_attention_f32(const float *qkv, float *out, float *log_sum_exp, size_t batch, size_t tokens, size_t dim,
                        size_t heads) {
  if (tokens == 0 || dim == 0) return;
  const Attention call = {NULL, qkv, out, log_sum_exp, NULL, tokens, dim, heads};
  parallel(batch * heads, heads_grain(tokens, dim / heads), attend, &call);
}

// dqkv [batch, tokens, 3 · dim]. With P the weights: dP = dout · vᵀ, dS = P ∘ (dP − rowsum(dout ∘ out)) · scale,
// dq = dS · k, dk = dSᵀ · q, dv = Pᵀ · dout.
static void attend_grad(const void *call, size_t first, size_t end) {
  const Attention *c = call;
  const float *dout = c->dout, *qkv = c->qkv, *out = c->out, *log_sum_exp = c->log_sum_exp;
  float *dqkv = c->dqkv;
  const size_t tokens = c->tokens, dim = c->dim, heads = c->heads, head_dim = dim / heads, stride = 3 * dim;
  const size_t wide_tokens = round_up(tokens, LANES), wide_dim = round_up(head_dim, LANES);
  const float scale = 1.0f / sqrtf(head_dim);
  for (size_t task = first; task < end; task++) {
    const size_t sample = task / heads, offset = task % heads * head_dim;
    const float *q = qkv + sample * tokens * stride + offset, *k = q + dim, *v = k + dim;
    float *dq = dqkv + sample * tokens * stride + offset, *dk = dq + dim, *dv = dk + dim;
    float *keys_t = scratch(SCRATCH_OWN, 2 * head_dim * wide_tokens + 3 * tokens * wide_dim +
                                             QUERIES * (2 * wide_tokens + 3 * wide_dim));
    float *values_t = keys_t + head_dim * wide_tokens, *keys = values_t + head_dim * wide_tokens;
    float *dkeys = keys + tokens * wide_dim, *dvalues = dkeys + tokens * wide_dim;
    float *weights = dvalues + tokens * wide_dim, *slopes = weights + QUERIES * wide_tokens;
    float *queries = slopes + QUERIES * wide_tokens, *douts = queries + QUERIES * wide_dim;
    float *dqueries = douts + QUERIES * wide_dim;
    pack_columns(k, stride, tokens, head_dim, wide_tokens, keys_t);
    pack_columns(v, stride, tokens, head_dim, wide_tokens, values_t);
    pack_rows(k, stride, tokens, head_dim, wide_dim, keys);
    for (size_t i0 = 0; i0 < tokens; i0 += QUERIES) {
      const size_t rows = tokens - i0 < QUERIES ? tokens - i0 : QUERIES;
      const float *dout_rows = dout + (sample * tokens + i0) * dim + offset;
      const float *out_rows = out + (sample * tokens + i0) * dim + offset;
      pack_rows(q + i0 * stride, stride, rows, head_dim, wide_dim, queries);
      pack_rows(dout_rows, dim, rows, head_dim, wide_dim, douts);
      small_product(rows, wide_tokens, head_dim, queries, wide_dim, 1, keys_t, wide_tokens, weights, wide_tokens, 0);
      small_product(rows, wide_tokens, head_dim, douts, wide_dim, 1, values_t, wide_tokens, slopes, wide_tokens, 0);
      for (size_t i = 0; i < rows; i++) {
        const float lse = log_sum_exp[task * tokens + i0 + i];
        vec overlap = {0};
        for (size_t j = 0; j < head_dim; j += LANES) {
          overlap += load_lanes(out_rows + i * dim + j, head_dim - j) * load(douts + i * wide_dim + j);
        }
        const float delta = sum_lanes(overlap);
        float *p = weights + i * wide_tokens, *ds = slopes + i * wide_tokens;
        for (size_t j = 0; j < wide_tokens; j += LANES) {
          const vec e = vec_exp(load(p + j) * scale - lse);
          const vec kept = tokens - j >= LANES ? e : load_part((const float *)&e, tokens - j);
          store(p + j, kept);
          store(ds + j, kept * (load(ds + j) - delta) * scale);
        }
      }
      small_product(rows, wide_dim, tokens, slopes, wide_tokens, 1, keys, wide_dim, dqueries, wide_dim, 0);
      unpack_rows(dqueries, wide_dim, rows, head_dim, dq + i0 * stride, stride);
      small_product(tokens, wide_dim, rows, slopes, 1, wide_tokens, queries, wide_dim, dkeys, wide_dim, i0 > 0);
      small_product(tokens, wide_dim, rows, weights, 1, wide_tokens, douts, wide_dim, dvalues, wide_dim, i0 > 0);
    }
    unpack_rows(dkeys, wide_dim, tokens, head_dim, dk, stride);
    unpack_rows(dvalues, wide_dim, tokens, head_dim, dv, stride);
  }
}

void self_attention_grad_f32(const float *dout, const float *qkv, float *out, float *log_sum_exp, float *dqkv,
                             size_t batch, size_t tokens, size_t dim, size_t heads) {
  if (tokens == 0 || dim == 0) return;
  const Attention call = {dout, qkv, out, log_sum_exp, dqkv, tokens, dim, heads};
  parallel(batch * heads, heads_grain(tokens, dim / heads), attend_grad, &call);
}
