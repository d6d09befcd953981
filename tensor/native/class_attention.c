// Attention of one class query to the tokens of its sample, in every head, and its gradient.
// query and out [batch, dim]; keys and values [batch, tokens, dim]; weights [batch, heads, tokens].
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *dout, *query, *keys, *values;
  float *out, *weights, *dquery, *dkeys, *dvalues, *slopes;
  size_t tokens, dim, heads;
} ClassAttention;

// Heads in a piece of the loop over all heads of all samples.
static size_t heads_grain(size_t tokens, size_t head_dim) { return 1 + GRAIN / (tokens * head_dim + 1); }

INLINE float dot(const float *a, const float *b, size_t n) {
  vec sum = {0};
  for (size_t j = 0; j < n; j += LANES) sum += load_lanes(a + j, n - j) * load_lanes(b + j, n - j);
  return sum_lanes(sum);
}
INLINE void add_scaled(float *to, const float *from, float factor, size_t n) {
  for (size_t j = 0; j < n; j += LANES) {
    store_lanes(to + j, load_lanes(to + j, n - j) + load_lanes(from + j, n - j) * factor, n - j);
  }
}

static void attend(const void *call, size_t first_task, size_t end) {
  const ClassAttention *c = call;
  const float *query = c->query, *keys = c->keys, *values = c->values;
  float *out = c->out, *weights = c->weights;
  const size_t tokens = c->tokens, dim = c->dim, heads = c->heads, head_dim = dim / heads;
  const float scale = 1.0f / __builtin_sqrtf(head_dim);
  for (size_t task = first_task; task < end; task++) {
    const size_t at = task / heads * dim + task % heads * head_dim;
    const size_t first = task / heads * tokens * dim + task % heads * head_dim;
    float *weight = weights + task * tokens, top = -__builtin_inff();
    for (size_t t = 0; t < tokens; t++) {
      weight[t] = dot(query + at, keys + first + t * dim, head_dim) * scale;
      if (!(weight[t] <= top)) top = weight[t];
    }
    vec sum = {0};
    for (size_t t = 0; t < tokens; t += LANES) {
      const vec e = keep_lanes(vec_exp(load_lanes(weight + t, tokens - t) - top), tokens - t);
      store_lanes(weight + t, e, tokens - t);
      sum += e;
    }
    const float total = sum_lanes(sum);
    memset(out + at, 0, head_dim * sizeof(float));
    for (size_t t = 0; t < tokens; t++) {
      weight[t] /= total;
      add_scaled(out + at, values + first + t * dim, weight[t], head_dim);
    }
  }
}

void class_attention_f32(const float *query, const float *keys, const float *values, float *out, float *weights,
                         size_t batch, size_t tokens, size_t dim, size_t heads) {
  if (dim == 0) return;
  const ClassAttention call = {NULL, query, keys, values, out, weights, NULL, NULL, NULL, NULL, tokens, dim, heads};
  parallel(batch * heads, heads_grain(tokens, dim / heads), attend, &call);
}

// With w the weights: dw = dout · valueᵀ, ds = w ∘ (dw − Σ w · dw) · scale, dquery = Σ ds · key, dkey = ds · query,
// dvalue = w · dout. `slopes` [batch, heads, tokens] is working memory.
static void attend_grad(const void *call, size_t first_task, size_t end) {
  const ClassAttention *c = call;
  const float *dout = c->dout, *query = c->query, *keys = c->keys, *values = c->values, *weights = c->weights;
  float *dquery = c->dquery, *dkeys = c->dkeys, *dvalues = c->dvalues, *slopes = c->slopes;
  const size_t tokens = c->tokens, dim = c->dim, heads = c->heads, head_dim = dim / heads;
  const float scale = 1.0f / __builtin_sqrtf(head_dim);
  for (size_t task = first_task; task < end; task++) {
    const size_t at = task / heads * dim + task % heads * head_dim;
    const size_t first = task / heads * tokens * dim + task % heads * head_dim;
    const float *weight = weights + task * tokens;
    float *slope = slopes + task * tokens, mean = 0;
    for (size_t t = 0; t < tokens; t++) {
      slope[t] = dot(dout + at, values + first + t * dim, head_dim);
      mean += weight[t] * slope[t];
    }
    memset(dquery + at, 0, head_dim * sizeof(float));
    for (size_t t = 0; t < tokens; t++) {
      const float ds = weight[t] * (slope[t] - mean) * scale;
      float *dkey = dkeys + first + t * dim, *dvalue = dvalues + first + t * dim;
      for (size_t j = 0; j < head_dim; j += LANES) {
        const size_t n = head_dim - j;
        store_lanes(dkey + j, load_lanes(query + at + j, n) * ds, n);
        store_lanes(dvalue + j, load_lanes(dout + at + j, n) * weight[t], n);
      }
      add_scaled(dquery + at, keys + first + t * dim, ds, head_dim);
    }
  }
}

void class_attention_grad_f32(const float *dout, const float *query, const float *keys, const float *values,
                              float *weights, float *dquery, float *dkeys, float *dvalues, float *slopes, size_t batch,
                              size_t tokens, size_t dim, size_t heads) {
  if (dim == 0) return;
  const ClassAttention call = {dout,   query, keys,    values, NULL,   weights, dquery,
                               dkeys, dvalues, slopes, tokens, dim, heads};
  parallel(batch * heads, heads_grain(tokens, dim / heads), attend_grad, &call);
}
