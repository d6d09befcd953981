// Arithmetic on tensors number by number, an operation a line; plain_kernels' lists name them in the same order.
#include "threads.h"
#include "vector.h"

// Of x, with a number a or two that some take. Where tfjs lets NaN pass, so do these.
#define UNARY(DO) \
  DO(negative, -x) \
  DO(absolute, vec_abs(x)) \
  DO(square, x * x) \
  DO(square_root, vec_sqrt(x)) \
  DO(inverse_root, 1.0f / vec_sqrt(x)) \
  DO(reciprocal, 1.0f / x) \
  DO(exponential, vec_exp(x * 0.5f) * vec_exp(x * 0.5f)) /* of all that float32 holds, denormals too */ \
  DO(logarithm, vec_log(x)) \
  DO(logarithm_of_sum, vec_log1p(x)) \
  DO(sigmoid, vec_sigmoid(x)) \
  DO(hyperbolic_tangent, vec_tanh(x)) \
  DO(error_function, vec_erf(x)) \
  DO(softplus, choose(x > 0.0f, x, (vec){0}) + vec_log1p(vec_exp(-vec_abs(x)))) \
  DO(rectified, choose(x < 0.0f, (vec){0}, x)) \
  DO(step, choose(x > 0.0f, splat(1), choose(x == x, splat(a), x))) \
  DO(sign, choose(x > 0.0f, splat(1), choose(x < 0.0f, splat(-1), (vec){0}))) \
  DO(clipped, choose(x > b, splat(b), choose(x < a, splat(a), x)))

typedef struct {
  const float *x;
  float *y, a, b;
} Unary;

#define DEFINE(name, value) \
  static void name##_part(const void *call, size_t first, size_t end) { \
    const Unary *c = call; \
    const float a = c->a, b = c->b; \
    (void)a, (void)b; \
    for (size_t i = first; i < end; i += LANES) { \
      const vec x = load_lanes(c->x + i, end - i); \
      store_lanes(c->y + i, value, end - i); \
    } \
  }
UNARY(DEFINE)
#undef DEFINE
#define NAME(name, value) name##_part,
static Body *const unary_bodies[] = {UNARY(NAME)};

// y [size] = operation(x); a and b are what the operation takes besides.
void unary_f32(int32_t operation, const float *x, float *y, size_t size, float a, float b) {
  parallel(size, GRAIN, unary_bodies[operation], &(Unary){x, y, a, b});
}

#define BINARY(DO) \
  DO(sum, x + y) \
  DO(difference, x - y) \
  DO(product, x * y) \
  DO(quotient, x / y) \
  DO(maximum, choose(x != x, x, choose(x > y, x, y))) /* NaN in either comes out */ \
  DO(minimum, choose(x != x, x, choose(x < y, x, y))) \
  DO(squared_difference, (x - y) * (x - y))

#define COMPARISON(DO) \
  DO(equal, x == y) \
  DO(not_equal, x != y) \
  DO(less, x < y) \
  DO(less_equal, x <= y) \
  DO(greater, x > y) \
  DO(greater_equal, x >= y)

typedef struct {
  const float *a, *b;
  void *out; // floats, or bytes of truth
  size_t inner, a_outer, b_outer, a_inner, b_inner;
} Binary;

#define DEFINE(name, value, type, put) \
  static void name##_part(const void *call, size_t first, size_t end) { \
    const Binary *c = call; \
    type *out = c->out; \
    for (size_t at = first; at < end;) { \
      const size_t r = at / c->inner, j = at % c->inner; /* a piece may begin and end within a row */ \
      const size_t count = end - at < c->inner - j ? end - at : c->inner - j; \
      const float *a = c->a + r * c->a_outer + (c->a_inner ? j : 0), *b = c->b + r * c->b_outer + (c->b_inner ? j : 0); \
      for (size_t i = 0; i < count; i += LANES) { \
        const vec x = c->a_inner ? load_lanes(a + i, count - i) : splat(*a); \
        const vec y = c->b_inner ? load_lanes(b + i, count - i) : splat(*b); \
        put(out + at + i, value, count - i); \
      } \
      at += count; \
    } \
  }
#define DEFINE_BINARY(name, value) DEFINE(name, value, float, store_lanes)
#define DEFINE_COMPARISON(name, value) DEFINE(name, value, uint8_t, store_truths)
BINARY(DEFINE_BINARY)
COMPARISON(DEFINE_COMPARISON)
static Body *const binary_bodies[] = {BINARY(NAME)};
static Body *const comparison_bodies[] = {COMPARISON(NAME)};

// out [outer, inner] = a ∘ b. A stride of 0 repeats an operand along that axis: both outer strides count floats, both inner strides are
// 0 or 1.
void binary_f32(int32_t operation, const float *a, const float *b, float *out, size_t outer, size_t inner,
                size_t a_outer, size_t b_outer, size_t a_inner, size_t b_inner) {
  const Binary c = {a, b, out, inner, a_outer, b_outer, a_inner, b_inner};
  parallel(outer * inner, GRAIN, binary_bodies[operation], &c);
}

// The same with truths, 0 or 1, for out.
void compare_f32(int32_t operation, const float *a, const float *b, uint8_t *out, size_t outer, size_t inner,
                 size_t a_outer, size_t b_outer, size_t a_inner, size_t b_inner) {
  const Binary c = {a, b, out, inner, a_outer, b_outer, a_inner, b_inner};
  parallel(outer * inner, GRAIN, comparison_bodies[operation], &c);
}

typedef struct {
  const uint8_t *condition;
  const float *a, *b;
  float *out;
} Select;

static void select_part(const void *call, size_t first, size_t end) {
  const Select *c = call;
  for (size_t i = first; i < end; i += LANES) {
    const size_t n = end - i;
    store_lanes(c->out + i, choose(load_truths(c->condition + i, n), load_lanes(c->a + i, n), load_lanes(c->b + i, n)), n);
  }
}

// out = a where the condition holds, else b.
void select_f32(const uint8_t *condition, const float *a, const float *b, float *out, size_t size) {
  parallel(size, GRAIN, select_part, &(Select){condition, a, b, out});
}
