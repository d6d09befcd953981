// Rows of x [rows, dim] scaled to unit length, and the gradient.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *dy, *x;
  float *out, *norm;
  size_t dim;
  float epsilon;
} L2Normalize;

static void l2_normalize_part(const void *call, size_t first, size_t end) {
  const L2Normalize *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = c->x + r * dim;
    vec squares = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      const vec at = load_lanes(x + j, dim - j);
      squares = multiply_add(at, at, squares);
    }
    const float length = __builtin_sqrtf(sum_lanes(squares));
    const float norm = length < c->epsilon ? c->epsilon : length;
    for (size_t j = 0; j < dim; j += LANES) {
      store_lanes(c->out + r * dim + j, load_lanes(x + j, dim - j) / norm, dim - j);
    }
    c->norm[r] = norm;
  }
}

// y = x / max(‖x‖, epsilon); norm [rows] is what was divided by.
void l2_normalize_f32(const float *x, float *y, float *norm, size_t rows, size_t dim, float epsilon) {
  parallel(rows, row_grain(dim), l2_normalize_part, &(L2Normalize){NULL, x, y, norm, dim, epsilon});
}

static void l2_normalize_grad_part(const void *call, size_t first, size_t end) {
  const L2Normalize *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *dy = c->dy + r * dim, *y = c->x + r * dim, norm = c->norm[r];
    vec product = {0};
    for (size_t j = 0; j < dim; j += LANES) {
      product = multiply_add(load_lanes(dy + j, dim - j), load_lanes(y + j, dim - j), product);
    }
    const float along = norm > c->epsilon ? sum_lanes(product) : 0;
    for (size_t j = 0; j < dim; j += LANES) {
      const size_t n = dim - j;
      store_lanes(c->out + r * dim + j, (load_lanes(dy + j, n) - load_lanes(y + j, n) * along) / norm, n);
    }
  }
}

// dx = (dy − y · (dy · y)) / norm; where the norm was clamped, dx = dy / epsilon.
void l2_normalize_grad_f32(const float *dy, const float *y, const float *norm, float *dx, size_t rows, size_t dim,
                           float epsilon) {
  parallel(rows, row_grain(dim), l2_normalize_grad_part, &(L2Normalize){dy, y, dx, (float *)norm, dim, epsilon});
}
