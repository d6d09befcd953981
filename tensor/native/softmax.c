// Softmax over rows of x [rows, dim].
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *x;
  float *y;
  size_t dim;
} Softmax;

static void softmax_part(const void *call, size_t first, size_t end) {
  const Softmax *c = call;
  const size_t dim = c->dim;
  for (size_t r = first; r < end; r++) {
    const float *x = c->x + r * dim;
    float *y = c->y + r * dim;
    vec most = splat(-__builtin_inff()), total = {0};
    for (size_t j = 0; j < dim; j += LANES) most = vec_max(choose_lanes(dim - j, load_lanes(x + j, dim - j), most), most);
    const float top = max_lanes(most);
    for (size_t j = 0; j < dim; j += LANES) {
      const vec share = keep_lanes(vec_exp(load_lanes(x + j, dim - j) - top), dim - j);
      total += share;
      store_lanes(y + j, share, dim - j);
    }
    const float sum = sum_lanes(total);
    for (size_t j = 0; j < dim; j += LANES) store_lanes(y + j, load_lanes(y + j, dim - j) / sum, dim - j);
  }
}

// y = e^x / Σ e^x.
void softmax_f32(const float *x, float *y, size_t rows, size_t dim) {
  parallel(rows, row_grain(dim), softmax_part, &(Softmax){x, y, dim});
}
