// The largest number along one axis, or the smallest; NaN where there is one.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

enum { BLOCK = 256, LONG_RUN = 2 * GRAIN };

typedef struct {
  const float *x;
  float *out; // [outer, blocks of inner] or [outer, parts]
  size_t count, inner, pieces, length;
  float sign;
} Extreme;

INLINE vec larger(vec a, vec b) { return choose(a != a, a, choose(a > b, a, b)); }

// Columns: a piece is a block of them.
static void columns_part(const void *call, size_t first, size_t end) {
  const Extreme *c = call;
  for (size_t piece = first; piece < end; piece++) {
    const size_t r = piece / c->pieces, block = piece % c->pieces * BLOCK;
    const size_t dim = c->inner - block < BLOCK ? c->inner - block : BLOCK;
    const float *x = c->x + r * c->count * c->inner + block;
    float *out = c->out + r * c->inner + block;
    for (size_t j = 0; j < dim; j += LANES) store_lanes(out + j, splat(-__builtin_inff()), dim - j);
    for (size_t i = 0; i < c->count; i++) {
      for (size_t j = 0; j < dim; j += LANES) {
        store_lanes(out + j, larger(load_lanes(x + i * c->inner + j, dim - j) * c->sign, load_lanes(out + j, dim - j)), dim - j);
      }
    }
    for (size_t j = 0; j < dim; j++) out[j] *= c->sign;
  }
}

// Runs: a piece is a part of one.
static void runs_part(const void *call, size_t first, size_t end) {
  const Extreme *c = call;
  for (size_t piece = first; piece < end; piece++) {
    const size_t start = piece % c->pieces * c->length;
    const size_t count = c->count - start < c->length ? c->count - start : c->length;
    const float *x = c->x + piece / c->pieces * c->count + start;
    vec most = splat(-__builtin_inff());
    for (size_t j = 0; j < count; j += LANES) {
      most = larger(choose_lanes(count - j, load_lanes(x + j, count - j) * c->sign, most), most);
    }
    float lanes[LANES];
    store(lanes, most);
    for (int i = 1; i < LANES; i++) {
      if (lanes[i] != lanes[i] || lanes[i] > lanes[0]) lanes[0] = lanes[i];
    }
    c->out[piece] = lanes[0] * c->sign;
  }
}

// out [outer, inner] = the largest of x [outer, count, inner] along its middle axis where sign is 1, the smallest where it is −1.
void extreme_f32(const float *x, float *out, size_t outer, size_t count, size_t inner, float sign) {
  if (inner != 1) {
    const size_t blocks = (inner + BLOCK - 1) / BLOCK;
    const Extreme c = {x, out, count, inner, blocks, 0, sign};
    parallel(outer * blocks, row_grain(count * (inner < BLOCK ? inner : BLOCK)), columns_part, &c);
    return;
  }
  const size_t parts = count / LONG_RUN + 1;
  Extreme c = {x, out, count, 1, 1, count, sign};
  if (parts > 1) {
    float *partial = scratch(SCRATCH_SHARED, outer * parts);
    parallel(outer * parts, 1, runs_part, &(Extreme){x, partial, count, 1, parts, LONG_RUN, sign});
    c.x = partial;
    c.count = c.length = parts;
  }
  parallel(outer, row_grain(c.count), runs_part, &c);
}
