// Batch normalisation of the columns of x [rows, dim] by their own statistics, and its gradient. A thread owns whole columns, so the
// order of every sum is that of the rows.
#include "vector.h"

// y = (x − mean) · inverse_std · weight + bias; also writes mean [dim] and inverse_std [dim].
void batch_norm_f32(const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse_std,
                    size_t rows, size_t dim, float epsilon) {
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    vec sum = {0}, squares = {0};
    for (size_t r = 0; r < rows; r++) sum += load_lanes(x + r * dim + j, n);
    const vec mu = sum / (float)rows;
    for (size_t r = 0; r < rows; r++) {
      const vec centred = load_lanes(x + r * dim + j, n) - mu;
      squares += centred * centred;
    }
    vec scale = squares / (float)rows + epsilon;
    for (int lane = 0; lane < LANES; lane++) scale[lane] = 1.0f / sqrtf(scale[lane]);
    const vec slope = scale * load_lanes(weight + j, n), offset = load_lanes(bias + j, n);
    for (size_t r = 0; r < rows; r++) {
      store_lanes(y + r * dim + j, (load_lanes(x + r * dim + j, n) - mu) * slope + offset, n);
    }
    store_lanes(mean + j, mu, n);
    store_lanes(inverse_std + j, scale, n);
  }
}

// Gradients of x, weight and bias. With z the normalised column: dbias = Σ dy; dweight = Σ dy · z;
// dx = weight · inverse_std · (dy − dbias / rows − z · dweight / rows).
void batch_norm_grad_f32(const float *dy, const float *x, const float *weight, const float *mean,
                         const float *inverse_std, float *dx, float *dweight, float *dbias, size_t rows, size_t dim) {
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    const vec mu = load_lanes(mean + j, n), scale = load_lanes(inverse_std + j, n);
    vec sum = {0}, product = {0};
    for (size_t r = 0; r < rows; r++) {
      const vec slope = load_lanes(dy + r * dim + j, n);
      sum += slope;
      product += slope * ((load_lanes(x + r * dim + j, n) - mu) * scale);
    }
    const vec mean_slope = sum / (float)rows, mean_product = product / (float)rows;
    const vec factor = load_lanes(weight + j, n) * scale;
    for (size_t r = 0; r < rows; r++) {
      const vec z = (load_lanes(x + r * dim + j, n) - mu) * scale;
      store_lanes(dx + r * dim + j, factor * (load_lanes(dy + r * dim + j, n) - mean_slope - z * mean_product), n);
    }
    store_lanes(dweight + j, product, n);
    store_lanes(dbias + j, sum, n);
  }
}
