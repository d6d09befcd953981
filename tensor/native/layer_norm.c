// Layer normalisation over rows of x [rows, dim], and its gradient. A row is read from memory once: the passes over it that follow find
// it in the first cache.
#include "scratch.h"
#include "sums.h"
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *x, *weight, *bias;
  float *y, *mean, *inverse_std;
  size_t dim;
  float epsilon;
} LayerNorm;

static void layer_norm_part(const void *call, size_t first, size_t end) {
  const LayerNorm *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *row = c->x + r * dim;
    vec sum = {0}, squares = {0};
    for (size_t j = 0; j < dim; j += LANES) sum += load_lanes(row + j, dim - j);
    const float mu = sum_lanes(sum) / dim;
    for (size_t j = 0; j < dim; j += LANES) {
      const vec centred = keep_lanes(load_lanes(row + j, dim - j) - mu, dim - j);
      squares = multiply_add(centred, centred, squares);
    }
    const float scale = 1.0f / __builtin_sqrtf(sum_lanes(squares) / dim + c->epsilon);
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec normalized = (load_lanes(row + j, n) - mu) * scale;
      store_lanes(c->y + r * dim + j, multiply_add(normalized, load_lanes(c->weight + j, n), load_lanes(c->bias + j, n)), n);
    }
    c->mean[r] = mu;
    c->inverse_std[r] = scale;
  }
}

// y = (x − mean) · inverse_std · weight + bias; also writes mean [rows] and inverse_std [rows].
void layer_norm_f32(const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse_std,
                    size_t rows, size_t dim, float epsilon) {
  parallel(rows, row_grain(dim), layer_norm_part, &(LayerNorm){x, weight, bias, y, mean, inverse_std, dim, epsilon});
}

typedef struct {
  const float *dy, *x, *weight, *mean, *inverse_std;
  float *dx, *partial; // [parts, 2, width]: sums of dy · z and of dy
  size_t rows, dim, parts, width;
} LayerNormGrad;

enum { TOGETHER = 4 }; // rows whose terms are added to the sums in one go

// The gradient of x for `rows` rows from row r on, and their terms of dweight and dbias.
INLINE void layer_norm_grad_rows(const LayerNormGrad *c, size_t r, size_t rows, float *dweight, float *dbias) {
  const size_t dim = c->dim;
  float mu[TOGETHER], scale[TOGETHER], mean_g[TOGETHER], mean_gz[TOGETHER];
  for (size_t i = 0; i < rows; i++) {
    const float *dy = c->dy + (r + i) * dim, *x = c->x + (r + i) * dim;
    mu[i] = c->mean[r + i];
    scale[i] = c->inverse_std[r + i];
    vec sum = {0}, product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec g = load_lanes(dy + j, n) * load_lanes(c->weight + j, n); // 0 in lanes past the row
      sum += g;
      product = multiply_add(g, load_lanes(x + j, n) - mu[i], product);
    }
    mean_g[i] = sum_lanes(sum) / dim;
    mean_gz[i] = sum_lanes(product) * scale[i] / dim;
  }
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    const vec weight = load_lanes(c->weight + j, n);
    vec sum_weight = load(dweight + j), sum_bias = load(dbias + j);
    for (size_t i = 0; i < rows; i++) {
      const vec dy = load_lanes(c->dy + (r + i) * dim + j, n);
      const vec z = (load_lanes(c->x + (r + i) * dim + j, n) - mu[i]) * scale[i];
      sum_weight = multiply_add(dy, z, sum_weight);
      sum_bias += dy;
      store_lanes(c->dx + (r + i) * dim + j, (dy * weight - mean_g[i] - z * mean_gz[i]) * scale[i], n);
    }
    store(dweight + j, sum_weight);
    store(dbias + j, sum_bias);
  }
}

static void layer_norm_grad_part(const void *call, size_t first, size_t end) {
  const LayerNormGrad *c = call;
  for (size_t part = first; part < end; part++) {
    float *dweight = c->partial + part * 2 * c->width, *dbias = dweight + c->width;
    memset(dweight, 0, 2 * c->width * sizeof(float));
    size_t r = part * c->rows / c->parts;
    const size_t last = (part + 1) * c->rows / c->parts;
    for (; r + TOGETHER <= last; r += TOGETHER) layer_norm_grad_rows(c, r, TOGETHER, dweight, dbias);
    for (; r < last; r++) layer_norm_grad_rows(c, r, 1, dweight, dbias);
  }
}

// Gradients of x, weight and bias. With g = dy · weight and z the normalised row:
// dx = inverse_std · (g − mean(g) − z · mean(g · z)); dweight = Σ dy · z; dbias = Σ dy.
void layer_norm_grad_f32(const float *dy, const float *x, const float *weight, const float *mean,
                         const float *inverse_std, float *dx, float *dweight, float *dbias, size_t rows, size_t dim) {
  const size_t parts = num_parts(rows), width = round_up(dim, LANES);
  float *partial = scratch(SCRATCH_SHARED, parts * 2 * width);
  parallel(parts, row_grain((rows / parts + 1) * dim), layer_norm_grad_part,
           &(LayerNormGrad){dy, x, weight, mean, inverse_std, dx, partial, rows, dim, parts, width});
  sum_rows(partial, 2 * width, parts, dim, 1, dweight);
  sum_rows(partial + width, 2 * width, parts, dim, 1, dbias);
}
