// Copies that change where numbers lie: slices, concatenations, transpositions.
#include "vector.h"

// Copies `rows` runs of `count` floats between two strides.
void copy_runs_f32(const float *from, size_t from_stride, float *to, size_t to_stride, size_t rows, size_t count) {
#pragma omp parallel for schedule(static) if (rows * count > PARALLEL_FLOATS)
  for (size_t r = 0; r < rows; r++) memcpy(to + r * to_stride, from + r * from_stride, count * sizeof(float));
}

enum { MAX_RANK = 8 };

// out has the sizes shape[rank] and then runs of `run` floats; strides[i] is what one step along axis i of out moves in x.
void transpose_f32(const float *x, float *out, const uint32_t *shape, const uint32_t *strides, size_t rank, size_t run) {
  size_t inner = run;
  for (size_t i = 1; i < rank; i++) inner *= shape[i];
#pragma omp parallel for schedule(static) if (shape[0] * inner > PARALLEL_FLOATS)
  for (size_t first = 0; first < shape[0]; first++) {
    size_t at[MAX_RANK] = {0}, from = first * strides[0];
    for (float *to = out + first * inner, *end = to + inner; to < end; to += run) {
      if (run == 1) *to = x[from];
      else memcpy(to, x + from, run * sizeof(float));
      for (size_t axis = rank - 1; axis > 0; axis--) { // the next place, as an odometer counts
        from += strides[axis];
        if (++at[axis] < shape[axis]) break;
        from -= (size_t)shape[axis] * strides[axis];
        at[axis] = 0;
      }
    }
  }
}
