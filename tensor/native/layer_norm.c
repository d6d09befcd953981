// Layer normalisation over rows of x [rows, dim], alone or of a residual sum x + scale · branch, and the gradients. A row is read from
// memory once: the passes over it that follow find it in the first cache. Four rows go together, as each waits for its own sums.
#include "scratch.h"
#include "sums.h"
#include "threads.h"
#include "vector.h"

enum { TOGETHER = 4 };

typedef struct {
  const float *x, *branch, *scale, *weight, *bias;
  float *sum, *y, *mean, *inverse_std;
  size_t rows_per_sample, dim;
  float epsilon;
} LayerNorm;

// The factor of a row's branch: 1 where there is no scale.
INLINE float scale_of(const float *scale, size_t row, size_t rows_per_sample) { return scale ? scale[row / rows_per_sample] : 1; }

// scale · branch, where a scale of 0 drops what is not finite as well.
INLINE vec scaled(vec branch, float scale) { return scale == 0 ? (vec){0} : branch * scale; }

// Rows r to r + rows; `adds` says whether there is a branch.
INLINE void layer_norm_rows(const LayerNorm *c, size_t r, size_t rows, int adds) {
  const size_t dim = c->dim;
  const int is_short = dim <= 1024; // the processor foresees long rows by itself
  const float *x[TOGETHER];
  vec sum[TOGETHER] = {{0}}, squares[TOGETHER] = {{0}};
  float scale[TOGETHER], mean[TOGETHER], inverse_std[TOGETHER];
  for (size_t i = 0; i < rows; i++) {
    x[i] = (adds ? c->sum : c->x) + (r + i) * dim;
    scale[i] = adds ? scale_of(c->scale, r + i, c->rows_per_sample) : 1;
  }
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    for (size_t i = 0; i < rows; i++) {
      const size_t at = (r + i) * dim + j;
      if (is_short) prefetch(c->x + at + TOGETHER * dim);
      if (is_short && adds) prefetch(c->branch + at + TOGETHER * dim);
      vec value = load_lanes(c->x + at, n);
      if (adds) {
        value += scaled(load_lanes(c->branch + at, n), scale[i]);
        store_lanes(c->sum + at, value, n);
      }
      sum[i] += adds ? keep_lanes(value, n) : value; // an infinite scale times the 0 past the row is NaN
    }
  }
  for (size_t i = 0; i < rows; i++) mean[i] = sum_lanes(sum[i]) / dim;
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    for (size_t i = 0; i < rows; i++) {
      const vec centred = keep_lanes(load_lanes(x[i] + j, n) - mean[i], n);
      squares[i] = multiply_add(centred, centred, squares[i]);
    }
  }
  for (size_t i = 0; i < rows; i++) inverse_std[i] = 1.0f / __builtin_sqrtf(sum_lanes(squares[i]) / dim + c->epsilon);
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    const vec weight = load_lanes(c->weight + j, n), bias = load_lanes(c->bias + j, n);
    for (size_t i = 0; i < rows; i++) {
      const vec normalized = (load_lanes(x[i] + j, n) - mean[i]) * inverse_std[i];
      store_lanes(c->y + (r + i) * dim + j, multiply_add(normalized, weight, bias), n);
    }
  }
  for (size_t i = 0; i < rows; i++) {
    c->mean[r + i] = mean[i];
    c->inverse_std[r + i] = inverse_std[i];
  }
}

INLINE void layer_norm_part(const LayerNorm *c, size_t first, size_t end, int adds) {
  size_t r = first;
  for (; r + TOGETHER <= end; r += TOGETHER) layer_norm_rows(c, r, TOGETHER, adds);
  for (; r < end; r++) layer_norm_rows(c, r, 1, adds);
}
static void plain_part(const void *call, size_t first, size_t end) { layer_norm_part(call, first, end, 0); }
static void residual_part(const void *call, size_t first, size_t end) { layer_norm_part(call, first, end, 1); }

// y = (x − mean) · inverse_std · weight + bias; also writes mean [rows] and inverse_std [rows].
void layer_norm_f32(const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse_std,
                    size_t rows, size_t dim, float epsilon) {
  const LayerNorm c = {x, NULL, NULL, weight, bias, NULL, y, mean, inverse_std, 1, dim, epsilon};
  parallel(rows, row_grain(dim), plain_part, &c);
}

// sum = x + scale[b] · branch, whose rows come in `batch` samples of the same length, and y, mean and inverse_std of the sum as above; a
// null scale is 1.
void add_layer_norm_f32(const float *x, const float *branch, const float *scale, const float *weight, const float *bias,
                        float *sum, float *y, float *mean, float *inverse_std, size_t batch, size_t rows, size_t dim,
                        float epsilon) {
  if (rows == 0) return;
  const LayerNorm c = {x, branch, scale, weight, bias, sum, y, mean, inverse_std, rows / batch, dim, epsilon};
  parallel(rows, row_grain(2 * dim), residual_part, &c);
}

typedef struct {
  const float *dsum, *dy, *x, *scale, *weight, *mean, *inverse_std;
  float *dx, *dbranch, *partial; // [parts, 2, width]: sums of dy · z and of dy
  size_t rows_per_sample, rows, dim, parts, width;
} LayerNormGrad;

// The gradients of x and the branch for `rows` rows from row r on, and their terms of dweight and dbias.
INLINE void layer_norm_grad_rows(const LayerNormGrad *c, size_t r, size_t rows, float *dweight, float *dbias) {
  const size_t dim = c->dim;
  float mean[TOGETHER], inverse_std[TOGETHER], mean_g[TOGETHER], mean_gz[TOGETHER], scale[TOGETHER];
  for (size_t i = 0; i < rows; i++) {
    const float *dy = c->dy + (r + i) * dim, *x = c->x + (r + i) * dim;
    mean[i] = c->mean[r + i];
    inverse_std[i] = c->inverse_std[r + i];
    scale[i] = scale_of(c->scale, r + i, c->rows_per_sample);
    vec sum = {0}, product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec g = load_lanes(dy + j, n) * load_lanes(c->weight + j, n); // 0 in lanes past the row
      sum += g;
      product = multiply_add(g, load_lanes(x + j, n) - mean[i], product);
    }
    mean_g[i] = sum_lanes(sum) / dim;
    mean_gz[i] = sum_lanes(product) * inverse_std[i] / dim;
  }
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    const vec weight = load_lanes(c->weight + j, n);
    vec sum_weight = load(dweight + j), sum_bias = load(dbias + j);
    for (size_t i = 0; i < rows; i++) {
      const size_t at = (r + i) * dim + j;
      const vec dy = load_lanes(c->dy + at, n), z = (load_lanes(c->x + at, n) - mean[i]) * inverse_std[i];
      sum_weight = multiply_add(dy, z, sum_weight);
      sum_bias += dy;
      vec dx = (dy * weight - mean_g[i] - z * mean_gz[i]) * inverse_std[i];
      if (c->dsum) dx += load_lanes(c->dsum + at, n);
      store_lanes(c->dx + at, dx, n);
      if (c->dbranch) store_lanes(c->dbranch + at, scaled(dx, scale[i]), n);
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

// Gradients of sum = x + scale[b] · branch and its normalisation. With g = dy · weight and z the normalised row:
// dx = dsum + inverse_std · (g − mean(g) − z · mean(g · z)); dbranch = scale[b] · dx; dweight = Σ dy · z; dbias = Σ dy.
// A null dsum counts as zero; without a scale dbranch is null, as it would be dx.
void add_layer_norm_grad_f32(const float *dsum, const float *dy, const float *sum, const float *scale,
                             const float *weight, const float *mean, const float *inverse_std, float *dx, float *dbranch,
                             float *dweight, float *dbias, size_t batch, size_t rows, size_t dim) {
  const size_t parts = num_parts(rows), width = round_up(dim, LANES), rows_per_sample = batch ? rows / batch : 0;
  float *partial = scratch(SCRATCH_SHARED, parts * 2 * width);
  const LayerNormGrad c = {dsum, dy, sum, scale, weight, mean, inverse_std, dx, dbranch, partial, rows_per_sample, rows, dim,
                           parts, width};
  parallel(parts, row_grain((rows / parts + 1) * dim), layer_norm_grad_part, &c);
  sum_rows(partial, 2 * width, parts, dim, 1, dweight);
  sum_rows(partial + width, 2 * width, parts, dim, 1, dbias);
}

// The same of a normalisation alone.
void layer_norm_grad_f32(const float *dy, const float *x, const float *weight, const float *mean,
                         const float *inverse_std, float *dx, float *dweight, float *dbias, size_t rows, size_t dim) {
  add_layer_norm_grad_f32(NULL, dy, x, NULL, weight, mean, inverse_std, dx, NULL, dweight, dbias, 1, rows, dim);
}
