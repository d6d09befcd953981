// Arithmetic on two tensors that tfjs broadcasts.
#include "threads.h"
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

typedef struct {
  int32_t op;
  const float *a, *b;
  float *out;
  size_t inner, a_outer, b_outer, a_inner, b_inner;
} Binary;

static void binary_part(const void *call, size_t first, size_t end) {
  const Binary *c = call;
  for (size_t at = first; at < end;) {
    const size_t r = at / c->inner, j = at % c->inner; // a piece may begin and end within a row
    const size_t count = end - at < c->inner - j ? end - at : c->inner - j;
    const float *a = c->a + r * c->a_outer + (c->a_inner ? j : 0), *b = c->b + r * c->b_outer + (c->b_inner ? j : 0);
    for (size_t i = 0; i < count; i += LANES) {
      const size_t n = count - i;
      const vec x = c->a_inner ? load_lanes(a + i, n) : splat(*a);
      const vec y = c->b_inner ? load_lanes(b + i, n) : splat(*b);
      store_lanes(c->out + at + i, combine(c->op, x, y), n);
    }
    at += count;
  }
}

// out [outer, inner] = a ∘ b. A stride of 0 repeats an operand along that axis: both outer strides count rows of it, both inner
// strides are 0 or 1.
void binary_f32(int32_t op, const float *a, const float *b, float *out, size_t outer, size_t inner, size_t a_outer,
                size_t b_outer, size_t a_inner, size_t b_inner) {
  parallel(outer * inner, GRAIN, binary_part, &(Binary){op, a, b, out, inner, a_outer, b_outer, a_inner, b_inner});
}
