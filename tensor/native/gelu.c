// The exact GELU, x · Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2, and its gradient.
#include "vector.h"

INLINE vec normal_cdf(vec x) { return 0.5f * vec_erf(x * 0.70710678f) + 0.5f; }

void gelu_f32(const float *x, float *y, size_t size) {
#pragma omp parallel for schedule(static) if (size > PARALLEL_FLOATS)
  for (size_t i = 0; i < size; i += LANES) {
    const vec at = load_lanes(x + i, size - i);
    store_lanes(y + i, at * normal_cdf(at), size - i);
  }
}

// dx = dy · (Φ(x) + x · φ(x)) with φ(x) = e^(−x²/2) / √(2π).
void gelu_grad_f32(const float *dy, const float *x, float *dx, size_t size) {
#pragma omp parallel for schedule(static) if (size > PARALLEL_FLOATS)
  for (size_t i = 0; i < size; i += LANES) {
    const vec at = load_lanes(x + i, size - i);
    const vec density = vec_exp(at * at * -0.5f) * 0.39894228f;
    store_lanes(dx + i, load_lanes(dy + i, size - i) * (normal_cdf(at) + at * density), size - i);
  }
}
