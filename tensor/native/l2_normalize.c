// Rows of x [rows, dim] scaled to unit length, and the gradient.
#include "vector.h"

// y = x / max(‖x‖, epsilon); norm [rows] is what was divided by.
void l2_normalize_f32(const float *x, float *y, float *norm, size_t rows, size_t dim, float epsilon) {
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t r = 0; r < rows; r++) {
    vec squares = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const vec at = load_lanes(x + r * dim + j, dim - j);
      squares += at * at;
    }
    const float length = sqrtf(sum_lanes(squares));
    norm[r] = length < epsilon ? epsilon : length;
    for (size_t j = 0; j < dim; j += LANES) {
      store_lanes(y + r * dim + j, load_lanes(x + r * dim + j, dim - j) / norm[r], dim - j);
    }
  }
}

// dx = (dy − y · (dy · y)) / norm; where the norm was clamped, dx = dy / epsilon.
void l2_normalize_grad_f32(const float *dy, const float *y, const float *norm, float *dx, size_t rows, size_t dim,
                           float epsilon) {
#pragma omp parallel for schedule(static) if (rows * dim > PARALLEL_FLOATS)
  for (size_t r = 0; r < rows; r++) {
    vec product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      product += load_lanes(dy + r * dim + j, dim - j) * load_lanes(y + r * dim + j, dim - j);
    }
    const float along = norm[r] > epsilon ? sum_lanes(product) : 0;
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      const vec slope = load_lanes(dy + r * dim + j, n) - load_lanes(y + r * dim + j, n) * along;
      store_lanes(dx + r * dim + j, slope / norm[r], n);
    }
  }
}
