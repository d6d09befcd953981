// Losses of rows [rows, dim] against constant targets, and their gradients. A row is read from memory once; what is written forward is one
// number a row.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *dy, *x, *target, *log_sum;
  float *out, *log_sum_out;
  size_t dim;
  float beta;
} Loss;

static void softmax_xent_part(const void *call, size_t first, size_t end) {
  const Loss *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = c->x + r * dim, *target = c->target + r * dim;
    vec most = splat(-__builtin_inff());
    for (size_t j = 0; j < dim; j += LANES) {
      const vec at = choose_lanes(dim - j, load_lanes(x + j, dim - j), most);
      most = vec_max(at, most);
    }
    const float top = max_lanes(most);
    vec total = {0}, weight = {0}, product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec below = load_lanes(x + j, n) - top, share = load_lanes(target + j, n);
      total += keep_lanes(vec_exp(below), n);
      weight += share;
      product += keep_lanes(share * below, n);
    }
    const float log_total = vec_log(splat(sum_lanes(total)))[0];
    c->out[r] = log_total * sum_lanes(weight) - sum_lanes(product);
    c->log_sum_out[r] = top + log_total;
  }
}

// loss [rows] = −Σ target · ln softmax(logits); also writes log_sum [rows] = ln Σ e^logits.
void softmax_xent_f32(const float *logits, const float *target, float *loss, float *log_sum, size_t rows, size_t dim) {
  parallel(rows, row_grain(2 * dim), softmax_xent_part, &(Loss){NULL, logits, target, NULL, loss, log_sum, dim, 0});
}

static void softmax_xent_grad_part(const void *call, size_t first, size_t end) {
  const Loss *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = c->x + r * dim, *target = c->target + r * dim, dy = c->dy[r], log_sum = c->log_sum[r];
    vec sum = {0};
    for (size_t j = 0; j < dim; j += LANES) sum += load_lanes(target + j, dim - j);
    const float weight = sum_lanes(sum);
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec share = vec_exp(load_lanes(x + j, n) - log_sum);
      store_lanes(c->out + r * dim + j, (share * weight - load_lanes(target + j, n)) * dy, n);
    }
  }
}

// dlogits = dy · (softmax(logits) · Σ target − target).
void softmax_xent_grad_f32(const float *dy, const float *logits, const float *target, const float *log_sum, float *dlogits,
                           size_t rows, size_t dim) {
  const Loss c = {dy, logits, target, log_sum, dlogits, NULL, dim, 0};
  parallel(rows, row_grain(2 * dim), softmax_xent_grad_part, &c);
}

static void smooth_l1_part(const void *call, size_t first, size_t end) {
  const Loss *c = call;
  const size_t dim = c->dim;
  const float beta = c->beta, slope = 0.5f / beta;
  for (size_t r = first; r < end; r++) {
    vec sum = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec d = vec_abs(load_lanes(c->x + r * dim + j, n) - load_lanes(c->target + r * dim + j, n));
      sum += choose(d < beta, d * d * slope, d - 0.5f * beta); // 0 in lanes past the row
    }
    c->out[r] = sum_lanes(sum) / dim;
  }
}

// loss [rows] = mean of d² / 2β where d = |pred − target| < β, else of d − β / 2.
void smooth_l1_f32(const float *pred, const float *target, float *loss, size_t rows, size_t dim, float beta) {
  parallel(rows, row_grain(2 * dim), smooth_l1_part, &(Loss){NULL, pred, target, NULL, loss, NULL, dim, beta});
}

static void smooth_l1_grad_part(const void *call, size_t first, size_t end) {
  const Loss *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float dy = c->dy[r] / dim;
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec d = (load_lanes(c->x + r * dim + j, n) - load_lanes(c->target + r * dim + j, n)) / c->beta;
      store_lanes(c->out + r * dim + j, choose(d > 1.0f, splat(1), choose(d < -1.0f, splat(-1), d)) * dy, n);
    }
  }
}

// dpred = dy / dim · (pred − target) / β, which is kept in [−1, 1].
void smooth_l1_grad_f32(const float *dy, const float *pred, const float *target, float *dpred, size_t rows, size_t dim,
                        float beta) {
  parallel(rows, row_grain(2 * dim), smooth_l1_grad_part, &(Loss){dy, pred, target, NULL, dpred, NULL, dim, beta});
}
