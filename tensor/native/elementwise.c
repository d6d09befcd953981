// What is left of a step outside the fused operations: sums of two tensors and sums over an axis.
#include "vector.h"

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM };

INLINE vec combine(int32_t op, vec a, vec b) {
  switch (op) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case DIVIDE: return a / b;
    default: return choose(a != a, a, choose(a > b, a, b)); // NaN in either comes out
  }
}

// out [outer, inner] = a ∘ b. A stride of 0 repeats an operand along that axis: both outer strides count rows of it, both inner
// strides are 0 or 1.
void binary_f32(int32_t op, const float *a, const float *b, float *out, size_t outer, size_t inner, size_t a_outer,
                size_t b_outer, size_t a_inner, size_t b_inner) {
#pragma omp parallel for schedule(static) collapse(2) if (outer * inner > PARALLEL_FLOATS)
  for (size_t r = 0; r < outer; r++) {
    for (size_t block = 0; block < inner; block += 4096) {
      const size_t end = inner - block < 4096 ? inner : block + 4096;
      const float *left = a + r * a_outer, *right = b + r * b_outer;
      for (size_t j = block; j < end; j += LANES) {
        const size_t n = end - j;
        const vec x = a_inner ? load_lanes(left + j, n) : splat(*left);
        const vec y = b_inner ? load_lanes(right + j, n) : splat(*right);
        store_lanes(out + r * inner + j, combine(op, x, y), n);
      }
    }
  }
}

// out [outer, inner] = sum of x [outer, count, inner] over its middle axis, times `factor`.
void sum_f32(const float *x, float *out, size_t outer, size_t count, size_t inner, float factor) {
  if (inner == 1) {
#pragma omp parallel for schedule(static) if (outer > 1 && outer * count > PARALLEL_FLOATS)
    for (size_t r = 0; r < outer; r++) {
      vec sum[4] = {{0}};
      for (size_t j = 0; j < count; j += 4 * LANES) {
        for (size_t part = 0; part < 4 && j + part * LANES < count; part++) {
          sum[part] += load_lanes(x + r * count + j + part * LANES, count - j - part * LANES);
        }
      }
      out[r] = sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])) * factor;
    }
    return;
  }
#pragma omp parallel for schedule(static) collapse(2) if (outer * count * inner > PARALLEL_FLOATS)
  for (size_t r = 0; r < outer; r++) {
    for (size_t j = 0; j < inner; j += LANES) {
      vec sum = {0};
      for (size_t i = 0; i < count; i++) sum += load_lanes(x + (r * count + i) * inner + j, inner - j);
      store_lanes(out + r * inner + j, sum * factor, inner - j);
    }
  }
}
