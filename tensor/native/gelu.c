// GELU by itself, and its gradient; a feed-forward layer has both within its matrix products (mlp.c).
#include "gelu.h"
#include "threads.h"

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

static void gelu_grad_part(const void *call, size_t first, size_t end) {
  const Gelu *g = call;
  for (size_t i = first; i < end; i += LANES) {
    const vec at = load_lanes(g->x + i, end - i);
    store_lanes(g->out + i, load_lanes(g->dy + i, end - i) * gelu_slope(at, normal_cdf(at)), end - i);
  }
}

void gelu_grad_f32(const float *dy, const float *x, float *dx, size_t size) {
  parallel(size, GRAIN, gelu_grad_part, &(Gelu){dy, x, dx});
}
