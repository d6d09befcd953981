// Updates of parameters in place.
#include "vector.h"

// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← decay · p − rate · m / (√v · root_correction + ε), where decay = 1 − lr · wd,
// rate = lr / (1 − β₁ᵗ) and root_correction = 1 / √(1 − β₂ᵗ).
void adamw_f32(float *parameter, const float *grad, float *m, float *v, size_t size, float beta1, float beta2,
               float epsilon, float decay, float rate, float root_correction) {
#pragma omp parallel for schedule(static) if (size > PARALLEL_FLOATS)
  for (size_t i = 0; i < size; i += LANES) {
    const size_t n = size - i;
    const vec g = load_lanes(grad + i, n);
    const vec first = load_lanes(m + i, n) * beta1 + g * (1 - beta1);
    const vec second = load_lanes(v + i, n) * beta2 + g * g * (1 - beta2);
    vec root = second;
    for (int lane = 0; lane < LANES; lane++) root[lane] = sqrtf(root[lane]);
    store_lanes(m + i, first, n);
    store_lanes(v + i, second, n);
    store_lanes(parameter + i, load_lanes(parameter + i, n) * decay - rate * first / (root * root_correction + epsilon), n);
  }
}

// teacher ← momentum · teacher + (1 − momentum) · student; `rest` is 1 − momentum, rounded once.
void momentum_update_f32(float *teacher, const float *student, size_t size, float momentum, float rest) {
#pragma omp parallel for schedule(static) if (size > PARALLEL_FLOATS)
  for (size_t i = 0; i < size; i += LANES) {
    const size_t n = size - i;
    store_lanes(teacher + i, load_lanes(teacher + i, n) * momentum + load_lanes(student + i, n) * rest, n);
  }
}
