// The exact GELU, x · Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2, and its gradient.
#include "threads.h"
#include "vector.h"

INLINE vec normal_cdf(vec x) { return 0.5f * vec_erf(x * 0.70710678f) + 0.5f; }

typedef struct {
  const float *dy, *x;
  float *out;
} Gelu;

static void gelu_part(const void *call, size_t first, size_t end) {
  const Gelu *g = call;
  for (size_t i = first; i < end; i += LANES) {
    const vec at = load_lanes(g->x + i, end - i);
    store_lanes(g->out + i, at * normal_cdf(at), end - i);
  }
}

void gelu_f32(const float *x, float *y, size_t size) { parallel(size, GRAIN, gelu_part, &(Gelu){NULL, x, y}); }

// dx = dy · (Φ(x) + x · φ(x)) with φ(x) = e^(−x²/2) / √(2π).
static void gelu_grad_part(const void *call, size_t first, size_t end) {
  const Gelu *g = call;
  for (size_t i = first; i < end; i += LANES) {
    const vec at = load_lanes(g->x + i, end - i);
    const vec density = vec_exp(at * at * -0.5f) * 0.39894228f;
    store_lanes(g->out + i, load_lanes(g->dy + i, end - i) * (normal_cdf(at) + at * density), end - i);
  }
}

void gelu_grad_f32(const float *dy, const float *x, float *dx, size_t size) {
  parallel(size, GRAIN, gelu_grad_part, &(Gelu){dy, x, dx});
}
