// Copies that change where numbers lie: slices, concatenations, transpositions.
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
  const float *x;
  float *out;
  const uint32_t *shape, *strides;
  size_t rank, run;
} Transpose;

static void transpose_part(const void *call, size_t first, size_t end) {
  const Transpose *c = call;
  size_t at[MAX_RANK] = {0}, from = 0, left = first;
  for (size_t axis = c->rank; axis-- > 0; left /= c->shape[axis]) {
    at[axis] = left % c->shape[axis];
    from += at[axis] * c->strides[axis];
  }
  for (float *to = c->out + first * c->run, *last = c->out + end * c->run; to < last; to += c->run) {
    if (c->run == 1) *to = c->x[from];
    else memcpy(to, c->x + from, c->run * sizeof(float));
    for (size_t axis = c->rank; axis-- > 0;) { // the next place, as an odometer counts
      from += c->strides[axis];
      if (++at[axis] < c->shape[axis]) break;
      from -= (size_t)c->shape[axis] * c->strides[axis];
      at[axis] = 0;
    }
  }
}

// out has the sizes shape[rank] and then runs of `run` floats; strides[i] is what one step along axis i of out moves in x.
void transpose_f32(const float *x, float *out, const uint32_t *shape, const uint32_t *strides, size_t rank, size_t run) {
  size_t runs = 1;
  for (size_t i = 0; i < rank; i++) runs *= shape[i];
  if (run > 0) parallel(runs, row_grain(run), transpose_part, &(Transpose){x, out, shape, strides, rank, run});
}
