// Copies that change where numbers lie.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *from;
  float *to;
  size_t from_stride, to_stride, count;
} Runs;

static void copy_runs_part(const void *call, size_t first, size_t end) {
  const Runs *c = call;
  for (size_t r = first; r < end; r++) memcpy(c->to + r * c->to_stride, c->from + r * c->from_stride, c->count * sizeof(float));
}

// Copies `rows` runs of `count` floats between two strides.
void copy_runs_f32(const float *from, size_t from_stride, float *to, size_t to_stride, size_t rows, size_t count) {
  if (count == 0) return;
  size_t length = count;
  if (rows == 1) { // one long run is cut into many
    rows = count / GRAIN;
    length = from_stride = to_stride = GRAIN;
    memcpy(to + rows * GRAIN, from + rows * GRAIN, count % GRAIN * sizeof(float));
  }
  parallel(rows, row_grain(length), copy_runs_part, &(Runs){from, to, from_stride, to_stride, length});
}

enum { MAX_RANK = 8 };

typedef struct {
  const float *from;
  float *to;
  const uint32_t *shape, *from_strides, *to_strides;
  size_t rank, run;
} Places;

static void copy_places_part(const void *call, size_t first, size_t end) {
  const Places *c = call;
  size_t at[MAX_RANK] = {0}, left = first;
  const float *from = c->from;
  float *to = c->to;
  for (size_t axis = c->rank; axis-- > 0; left /= c->shape[axis]) {
    at[axis] = left % c->shape[axis];
    from += at[axis] * c->from_strides[axis];
    to += at[axis] * c->to_strides[axis];
  }
  for (size_t i = first; i < end; i++) {
    if (c->run == 1) *to = *from;
    else memcpy(to, from, c->run * sizeof(float));
    for (size_t axis = c->rank; axis-- > 0;) { // the next place, as an odometer counts
      from += c->from_strides[axis];
      to += c->to_strides[axis];
      if (++at[axis] < c->shape[axis]) break;
      from -= (size_t)c->shape[axis] * c->from_strides[axis];
      to -= (size_t)c->shape[axis] * c->to_strides[axis];
      at[axis] = 0;
    }
  }
}

// Copies runs of `run` floats at the places of shape [rank]: one step along axis i moves from_strides[i] and to_strides[i] floats, of
// which from_strides may be 0 to repeat. Slices, paddings, repetitions and transpositions are of this kind.
void copy_places_f32(const float *from, float *to, const uint32_t *shape, const uint32_t *from_strides,
                     const uint32_t *to_strides, size_t rank, size_t run) {
  size_t places = 1;
  for (size_t i = 0; i < rank; i++) places *= shape[i];
  const Places c = {from, to, shape, from_strides, to_strides, rank, run};
  if (run > 0) parallel(places, row_grain(run), copy_places_part, &c);
}
