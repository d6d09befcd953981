// Tokens by index, its gradient, and residual sums that drop samples.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *from;
  const int32_t *keep;
  float *to;
  size_t batch, tokens, dim, rows, visible;
} Gather;

static void gather_part(const void *call, size_t first, size_t end) {
  const Gather *c = call;
  for (size_t i = first; i < end; i++) {
    const size_t token = i / c->visible % c->batch * c->tokens + c->keep[i];
    memcpy(c->to + i * c->dim, c->from + token * c->dim, c->dim * sizeof(float));
  }
}

// out [rows, visible, dim]; row r picks from sample r mod batch of tokens [batch, tokens, dim]. Returns 0, or 1 if an index is outside.
int32_t gather_tokens_f32(const float *from, const int32_t *keep, float *out, size_t batch, size_t tokens, size_t dim,
                          size_t rows, size_t visible) {
  if (!all_below(keep, rows * visible, tokens)) return 1;
  parallel(rows * visible, row_grain(dim), gather_part, &(Gather){from, keep, out, batch, tokens, dim, rows, visible});
  return 0;
}

static void gather_grad_part(const void *call, size_t first, size_t end) {
  const Gather *c = call;
  const size_t dim = c->dim;
  memset(c->to + first * c->tokens * dim, 0, (end - first) * c->tokens * dim * sizeof(float));
  for (size_t b = first; b < end; b++) {
    for (size_t r = b; r < c->rows; r += c->batch) {
      for (size_t i = r * c->visible; i < (r + 1) * c->visible; i++) {
        if ((size_t)(uint32_t)c->keep[i] >= c->tokens) continue; // of no token
        float *to = c->to + (b * c->tokens + c->keep[i]) * dim;
        for (size_t j = 0; j < dim; j += LANES) {
          store_lanes(to + j, load_lanes(to + j, dim - j) + load_lanes(c->from + i * dim + j, dim - j), dim - j);
        }
      }
    }
  }
}

// dtokens [batch, tokens, dim]: every kept token's gradients, added up in the order of the masks.
void gather_tokens_grad_f32(const float *dout, const int32_t *keep, float *dtokens, size_t batch, size_t tokens,
                            size_t dim, size_t rows, size_t visible) {
  parallel(batch, row_grain(tokens * dim), gather_grad_part, &(Gather){dout, keep, dtokens, batch, tokens, dim, rows, visible});
}

typedef struct {
  const float *x, *branch, *scale;
  float *out;
  size_t size;
} DropPathAdd;

static void drop_path_add_part(const void *call, size_t first, size_t end) {
  const DropPathAdd *c = call;
  for (size_t at = first; at < end;) {
    const float scale = c->scale[at / c->size];
    const size_t sample_end = (at / c->size + 1) * c->size, last = end < sample_end ? end : sample_end;
    for (; at < last; at += LANES) {
      const size_t n = last - at;
      const vec kept = scale == 0 ? (vec){0} : load_lanes(c->branch + at, n) * scale;
      store_lanes(c->out + at, c->x ? load_lanes(c->x + at, n) + kept : kept, n);
    }
    at = last;
  }
}

// out = x + scale[b] · branch, with `size` floats a sample; a null x counts as zero.
void drop_path_add_f32(const float *x, const float *branch, const float *scale, float *out, size_t batch, size_t size) {
  parallel(batch * size, GRAIN, drop_path_add_part, &(DropPathAdd){x, branch, scale, out, size});
}
