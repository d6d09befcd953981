// Layer normalisation over rows of x [rows, dim], and its gradient.
#include "scratch.h"
#include "vector.h"

// y = (x − mean) · inverse_std · weight + bias; also writes mean [rows] and inverse_std [rows].
void layer_norm_f32(const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse_std,
                    size_t rows, size_t dim, float epsilon) {
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * dim;
    vec sum = {0}, squares = {0};
    for (size_t j = 0; j < dim; j += LANES) sum += load_lanes(row + j, dim - j);
    const float mu = sum_lanes(sum) / dim;
    const size_t whole = dim - dim % LANES;
    for (size_t j = 0; j < whole; j += LANES) {
      const vec centred = load(row + j) - mu;
      squares += centred * centred;
    }
    float variance = sum_lanes(squares);
    for (size_t j = whole; j < dim; j++) variance += (row[j] - mu) * (row[j] - mu);
    const float scale = 1.0f / sqrtf(variance / dim + epsilon);
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec normalized = (load_lanes(row + j, n) - mu) * scale;
      store_lanes(y + r * dim + j, normalized * load_lanes(weight + j, n) + load_lanes(bias + j, n), n);
    }
    mean[r] = mu;
    inverse_std[r] = scale;
  }
}

// Gradients of x, weight and bias. With g = dy · weight and z the normalised row:
// dx = inverse_std · (g − mean(g) − z · mean(g · z)); dweight = Σ dy · z; dbias = Σ dy.
// The sums over rows go through PARTS partial sums, so that their order does not depend on the threads.
void layer_norm_grad_f32(const float *dy, const float *x, const float *weight, const float *mean,
                         const float *inverse_std, float *dx, float *dweight, float *dbias, size_t rows, size_t dim) {
  enum { PARTS = 32 };
  const size_t width = round_up(dim, LANES);
  float *partial = scratch(SCRATCH_SHARED, PARTS * 2 * width);
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t part = 0; part < PARTS; part++) {
    float *part_weight = partial + part * 2 * width, *part_bias = part_weight + width;
    memset(part_weight, 0, 2 * width * sizeof(float));
    for (size_t r = part * rows / PARTS; r < (part + 1) * rows / PARTS; r++) {
      const float *dy_row = dy + r * dim, *row = x + r * dim;
      const float mu = mean[r], scale = inverse_std[r];
      vec sum = {0}, product = {0};
      for (size_t j = 0; j < dim; j += LANES) {
        const size_t n = dim - j;
        const vec slope = load_lanes(dy_row + j, n); // lanes past the row are zero, and add nothing
        const vec z = (load_lanes(row + j, n) - mu) * scale;
        const vec g = slope * load_lanes(weight + j, n);
        sum += g;
        product += g * z;
        store(part_weight + j, load(part_weight + j) + slope * z);
        store(part_bias + j, load(part_bias + j) + slope);
      }
      const float mean_g = sum_lanes(sum) / dim, mean_gz = sum_lanes(product) / dim;
      for (size_t j = 0; j < dim; j += LANES) {
        const size_t n = dim - j;
        const vec z = (load_lanes(row + j, n) - mu) * scale;
        const vec g = load_lanes(dy_row + j, n) * load_lanes(weight + j, n);
        store_lanes(dx + r * dim + j, (g - mean_g - z * mean_gz) * scale, n);
      }
    }
  }
  for (size_t j = 0; j < dim; j += LANES) {
    vec sum_weight = {0}, sum_bias = {0};
    for (size_t part = 0; part < PARTS; part++) {
      sum_weight += load(partial + part * 2 * width + j);
      sum_bias += load(partial + part * 2 * width + width + j);
    }
    store_lanes(dweight + j, sum_weight, dim - j);
    store_lanes(dbias + j, sum_bias, dim - j);
  }
}
