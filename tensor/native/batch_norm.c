// Batch normalisation of the columns of x [rows, dim] by their own statistics, and its gradient. A piece owns a strip of whole columns,
// so the order of every sum is that of the rows; a strip is so narrow that the later passes over it find it in the second cache.
#include "threads.h"
#include "vector.h"

// Columns of a strip: of a wide row as many as the processor foresees well, of others four cache lines, so that all threads have some.
enum { NARROW = 64, WIDE = 256, VECTORS = WIDE / LANES };

INLINE size_t strip_of(size_t dim) { return dim < 4 * WIDE ? NARROW : WIDE; }

typedef struct {
  const float *x, *weight, *bias;
  float *y, *mean, *inverse_std;
  size_t rows, dim;
  float epsilon;
} BatchNorm;

// Columns j to j + n, which are `vectors` vectors.
INLINE void batch_norm_strip(const BatchNorm *c, size_t j, size_t n, size_t vectors) {
  const size_t dim = c->dim;
  vec mu[VECTORS] = {{0}}, squares[VECTORS] = {{0}}, slope[VECTORS], offset[VECTORS];
  for (size_t r = 0; r < c->rows; r++) {
    for (size_t v = 0; v < vectors; v++) mu[v] += load_lanes(c->x + r * dim + j + v * LANES, n - v * LANES);
  }
  for (size_t v = 0; v < vectors; v++) mu[v] /= (float)c->rows;
  for (size_t r = 0; r < c->rows; r++) {
    for (size_t v = 0; v < vectors; v++) {
      const vec centred = load_lanes(c->x + r * dim + j + v * LANES, n - v * LANES) - mu[v];
      squares[v] = multiply_add(centred, centred, squares[v]);
    }
  }
  for (size_t v = 0; v < vectors; v++) {
    const size_t at = j + v * LANES, left = n - v * LANES;
    const vec scale = 1.0f / vec_sqrt(squares[v] / (float)c->rows + c->epsilon);
    slope[v] = scale * load_lanes(c->weight + at, left);
    offset[v] = load_lanes(c->bias + at, left);
    store_lanes(c->mean + at, mu[v], left);
    store_lanes(c->inverse_std + at, scale, left);
  }
  for (size_t r = 0; r < c->rows; r++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = r * dim + j + v * LANES, left = n - v * LANES;
      store_lanes(c->y + at, multiply_add(load_lanes(c->x + at, left) - mu[v], slope[v], offset[v]), left);
    }
  }
}

static void batch_norm_part(const void *call, size_t first, size_t end) {
  const BatchNorm *c = call;
  const size_t strip = strip_of(c->dim);
  for (size_t j = first * strip; j < end * strip; j += strip) {
    const size_t left = c->dim - j, n = left < strip ? left : strip;
    if (n == WIDE) batch_norm_strip(c, j, WIDE, WIDE / LANES);
    else if (n == NARROW) batch_norm_strip(c, j, NARROW, NARROW / LANES);
    else batch_norm_strip(c, j, n, (n + LANES - 1) / LANES);
  }
}

// y = (x − mean) · inverse_std · weight + bias; also writes mean [dim] and inverse_std [dim].
void batch_norm_f32(const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse_std,
                    size_t rows, size_t dim, float epsilon) {
  const size_t strip = strip_of(dim);
  parallel((dim + strip - 1) / strip, row_grain(rows * strip), batch_norm_part,
           &(BatchNorm){x, weight, bias, y, mean, inverse_std, rows, dim, epsilon});
}

typedef struct {
  const float *dy, *x, *weight, *mean, *inverse_std;
  float *dx, *dweight, *dbias;
  size_t rows, dim;
} BatchNormGrad;

INLINE void batch_norm_grad_strip(const BatchNormGrad *c, size_t j, size_t n, size_t vectors) {
  const size_t dim = c->dim;
  vec sum[VECTORS] = {{0}}, product[VECTORS] = {{0}}, mu[VECTORS], factor[VECTORS], along[VECTORS];
  for (size_t v = 0; v < vectors; v++) mu[v] = load_lanes(c->mean + j + v * LANES, n - v * LANES);
  for (size_t r = 0; r < c->rows; r++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = r * dim + j + v * LANES, left = n - v * LANES;
      const vec dy = load_lanes(c->dy + at, left);
      sum[v] += dy;
      product[v] = multiply_add(dy, load_lanes(c->x + at, left) - mu[v], product[v]);
    }
  }
  for (size_t v = 0; v < vectors; v++) {
    const size_t at = j + v * LANES, left = n - v * LANES;
    const vec scale = load_lanes(c->inverse_std + at, left);
    product[v] *= scale;
    store_lanes(c->dweight + at, product[v], left);
    store_lanes(c->dbias + at, sum[v], left);
    factor[v] = load_lanes(c->weight + at, left) * scale;
    sum[v] /= (float)c->rows;
    along[v] = product[v] / (float)c->rows * scale;
  }
  for (size_t r = 0; r < c->rows; r++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = r * dim + j + v * LANES, left = n - v * LANES;
      const vec centred = load_lanes(c->x + at, left) - mu[v];
      store_lanes(c->dx + at, factor[v] * (load_lanes(c->dy + at, left) - sum[v] - centred * along[v]), left);
    }
  }
}

static void batch_norm_grad_part(const void *call, size_t first, size_t end) {
  const BatchNormGrad *c = call;
  const size_t strip = strip_of(c->dim);
  for (size_t j = first * strip; j < end * strip; j += strip) {
    const size_t left = c->dim - j, n = left < strip ? left : strip;
    if (n == WIDE) batch_norm_grad_strip(c, j, WIDE, WIDE / LANES);
    else if (n == NARROW) batch_norm_grad_strip(c, j, NARROW, NARROW / LANES);
    else batch_norm_grad_strip(c, j, n, (n + LANES - 1) / LANES);
  }
}

// Gradients of x, weight and bias. With z the normalised column: dbias = Σ dy; dweight = Σ dy · z;
// dx = weight · inverse_std · (dy − dbias / rows − z · dweight / rows).
void batch_norm_grad_f32(const float *dy, const float *x, const float *weight, const float *mean,
                         const float *inverse_std, float *dx, float *dweight, float *dbias, size_t rows, size_t dim) {
  const size_t strip = strip_of(dim);
  parallel((dim + strip - 1) / strip, row_grain(rows * strip), batch_norm_grad_part,
           &(BatchNormGrad){dy, x, weight, mean, inverse_std, dx, dweight, dbias, rows, dim});
}
