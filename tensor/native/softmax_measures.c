// What the softmax of rows of scores [batch, rows, dim] gives to the columns that count, which a sample's rows share: counts [batch, dim],
// 0 = does not count. A row is read from memory once.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *dy, *scores, *counts, *measure, *log_sum;
  float *to, *log_sum_to; // the measure; of the gradient, that of the scores
  size_t rows, dim;
} Measure;

static void entropy_part(const void *call, size_t first, size_t end) {
  const Measure *m = call;
  const size_t dim = m->dim;
  const vec least = splat(-__builtin_inff());
  for (size_t r = first; r < end; r++) {
    const float *x = m->scores + r * dim, *counts = m->counts + r / m->rows * dim;
    vec most = least, any = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const vec count = load_lanes(counts + j, dim - j);
      any += vec_abs(count);
      most = vec_max(choose(count != 0, load_lanes(x + j, dim - j), least), most);
    }
    if (sum_lanes(any) == 0) {
      m->to[r] = m->log_sum_to[r] = 0;
      continue;
    }
    const float top = max_lanes(most);
    vec total = {0}, product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const vec below = load_lanes(x + j, dim - j) - top;
      const vec power = choose(load_lanes(counts + j, dim - j) != 0, vec_exp(below), (vec){0});
      total += power;
      product += choose(power == 0, (vec){0}, power * below);
    }
    const float sum = sum_lanes(total), log_total = vec_log(splat(sum))[0];
    m->to[r] = log_total - sum_lanes(product) / sum;
    m->log_sum_to[r] = top + log_total;
  }
}

// entropy [batch, rows] = ln Σ eᶻ − Σ P · z over the columns that count, P = eᶻ / Σ eᶻ; also writes log_sum [batch, rows] = ln Σ eᶻ.
// Both are 0 in a row without any.
void softmax_entropy_f32(const float *scores, const float *counts, float *entropy, float *log_sum, size_t batch, size_t rows,
                         size_t dim) {
  const Measure m = {.scores = scores, .counts = counts, .to = entropy, .log_sum_to = log_sum, .rows = rows, .dim = dim};
  parallel(batch * rows, row_grain(2 * dim), entropy_part, &m);
}

static void entropy_grad_part(const void *call, size_t first, size_t end) {
  const Measure *m = call;
  const size_t dim = m->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = m->scores + r * dim, *counts = m->counts + r / m->rows * dim;
    const float dy = m->dy[r], entropy = m->measure[r], log_sum = m->log_sum[r];
    float *to = m->to + r * dim;
    if (dy == 0) {
      for (size_t j = 0; j < dim; j += LANES) store_lanes(to + j, (vec){0}, dim - j);
      continue;
    }
    for (size_t j = 0; j < dim; j += LANES) {
      const vec log_share = load_lanes(x + j, dim - j) - log_sum, share = vec_exp(log_share);
      const vec_int counted = load_lanes(counts + j, dim - j) != 0;
      store_lanes(to + j, choose(counted & (share != 0), -dy * share * (log_share + entropy), (vec){0}), dim - j);
    }
  }
}

// dscores = −dy · P · (ln P + entropy) where a column counts.
void softmax_entropy_grad_f32(const float *dy, const float *scores, const float *counts, const float *entropy,
                              const float *log_sum, float *dscores, size_t batch, size_t rows, size_t dim) {
  const Measure m = {dy, scores, counts, entropy, log_sum, dscores, NULL, rows, dim};
  parallel(batch * rows, row_grain(2 * dim), entropy_grad_part, &m);
}

static void share_part(const void *call, size_t first, size_t end) {
  const Measure *m = call;
  const size_t dim = m->dim;
  const vec least = splat(-3e38f); // its difference from itself is 0
  for (size_t r = first; r < end; r++) {
    const float *x = m->scores + r * dim, *counts = m->counts + r / m->rows * dim;
    vec most = least, most_others = least;
    for (size_t j = 0; j < dim; j += LANES) {
      const vec at = load_lanes(x + j, dim - j);
      const vec_int counted = load_lanes(counts + j, dim - j) != 0;
      most = vec_max(choose(counted, at, least), most);
      most_others = vec_max(choose(counted, least, choose_lanes(dim - j, at, least)), most_others);
    }
    const float own = max_lanes(most), others = max_lanes(most_others), top = own > others ? own : others;
    vec total = {0}, total_others = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const vec_int counted = load_lanes(counts + j, dim - j) != 0;
      const vec power = vec_exp(load_lanes(x + j, dim - j) - choose(counted, splat(own), splat(others)));
      total += choose(counted, power, (vec){0});
      total_others += choose(counted, (vec){0}, keep_lanes(power, dim - j));
    }
    const float sum = sum_lanes(total), log_total = vec_log(splat(sum))[0];
    if (sum == 0) {
      m->to[r] = m->log_sum_to[r] = 0;
      continue;
    }
    const float all = sum * vec_exp(splat(own - top))[0] + sum_lanes(total_others) * vec_exp(splat(others - top))[0];
    m->to[r] = log_total + (own - top) - vec_log(splat(all))[0];
    m->log_sum_to[r] = own + log_total;
  }
}

// log_share [batch, rows] = ln Σ eᶻ over the columns that count − ln Σ eᶻ over all; also writes log_sum [batch, rows], the former. Both
// are 0 in a row without any.
void softmax_share_f32(const float *scores, const float *counts, float *log_share, float *log_sum, size_t batch, size_t rows,
                       size_t dim) {
  const Measure m = {.scores = scores, .counts = counts, .to = log_share, .log_sum_to = log_sum, .rows = rows, .dim = dim};
  parallel(batch * rows, row_grain(2 * dim), share_part, &m);
}

static void share_grad_part(const void *call, size_t first, size_t end) {
  const Measure *m = call;
  const size_t dim = m->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = m->scores + r * dim, *counts = m->counts + r / m->rows * dim;
    const float dy = m->dy[r], log_sum = m->log_sum[r], log_sum_all = log_sum - m->measure[r];
    const float rest = 1 - vec_exp(splat(m->measure[r]))[0];
    vec any = {0};
    for (size_t j = 0; j < dim; j += LANES) any += vec_abs(load_lanes(counts + j, dim - j));
    const float weight = sum_lanes(any) == 0 ? 0 : dy;
    float *to = m->to + r * dim;
    if (weight == 0) {
      for (size_t j = 0; j < dim; j += LANES) store_lanes(to + j, (vec){0}, dim - j);
      continue;
    }
    for (size_t j = 0; j < dim; j += LANES) {
      const vec_int counted = load_lanes(counts + j, dim - j) != 0;
      const vec share = vec_exp(load_lanes(x + j, dim - j) - choose(counted, splat(log_sum), splat(log_sum_all)));
      store_lanes(to + j, share * choose(counted, splat(weight * rest), splat(-weight)), dim - j);
    }
  }
}

// dscores = dy · (share among the columns that count · (1 − their share)) where a column counts, −dy · share among all elsewhere.
void softmax_share_grad_f32(const float *dy, const float *scores, const float *counts, const float *log_share,
                            const float *log_sum, float *dscores, size_t batch, size_t rows, size_t dim) {
  const Measure m = {dy, scores, counts, log_share, log_sum, dscores, NULL, rows, dim};
  parallel(batch * rows, row_grain(2 * dim), share_grad_part, &m);
}
