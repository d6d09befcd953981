// Updates of parameters in place.
#include "threads.h"
#include "vector.h"

typedef struct {
  float *parameter;
  const float *grad;
  float *m, *v;
  float beta1, beta2, epsilon, decay, rate, root_correction;
} AdamW;

// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← decay · p − rate · m / (√v · root_correction + ε), where decay = 1 − lr · wd,
// rate = lr / (1 − β₁ᵗ) and root_correction = 1 / √(1 − β₂ᵗ).
static void adamw_part(const void *call, size_t first, size_t end) {
  const AdamW *a = call;
  for (size_t i = first; i < end; i += LANES) {
    const size_t n = end - i;
    const vec g = load_lanes(a->grad + i, n);
    const vec m = load_lanes(a->m + i, n) * a->beta1 + g * (1 - a->beta1);
    const vec v = load_lanes(a->v + i, n) * a->beta2 + g * g * (1 - a->beta2);
    vec root = v;
    for (int lane = 0; lane < LANES; lane++) root[lane] = sqrtf(root[lane]);
    store_lanes(a->m + i, m, n);
    store_lanes(a->v + i, v, n);
    const vec moved = load_lanes(a->parameter + i, n) * a->decay - a->rate * m / (root * a->root_correction + a->epsilon);
    store_lanes(a->parameter + i, moved, n);
  }
}

void adamw_f32(float *parameter, const float *grad, float *m, float *v, size_t size, float beta1, float beta2,
               float epsilon, float decay, float rate, float root_correction) {
  const AdamW call = {parameter, grad, m, v, beta1, beta2, epsilon, decay, rate, root_correction};
  parallel(size, GRAIN, adamw_part, &call);
}

typedef struct {
  float *teacher;
  const float *student;
  float momentum, rest;
} MomentumUpdate;

static void momentum_part(const void *call, size_t first, size_t end) {
  const MomentumUpdate *u = call;
  for (size_t i = first; i < end; i += LANES) {
    const size_t n = end - i;
    store_lanes(u->teacher + i, load_lanes(u->teacher + i, n) * u->momentum + load_lanes(u->student + i, n) * u->rest, n);
  }
}

// teacher ← momentum · teacher + (1 − momentum) · student; `rest` is 1 − momentum, rounded once.
void momentum_update_f32(float *teacher, const float *student, size_t size, float momentum, float rest) {
  parallel(size, GRAIN, momentum_part, &(MomentumUpdate){teacher, student, momentum, rest});
}
