// Products of few rows with a transposed matrix, as dot products along k: both operands are read as they lie, B once for all rows.
#include "gemm_tile.h"

// Sums over k of `rows` · `cols` = LANES pairs of rows; both are constants where this is called.
INLINE vec dots(const float *a, size_t a_stride, const float *b, size_t b_stride, size_t k, const size_t rows,
                const size_t cols) {
  vec sum[LANES] = {{0}};
  for (size_t at = 0; at < k; at += LANES) {
    const size_t n = k - at;
    vec x[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < rows; i++) x[i] = load_lanes(a + i * a_stride + at, n);
#pragma GCC unroll 16
    for (size_t j = 0; j < cols; j++) {
      const vec y = load_lanes(b + j * b_stride + at, n);
#pragma GCC unroll 4
      for (size_t i = 0; i < rows; i++) sum[i * cols + j] = multiply_add(x[i], y, sum[i * cols + j]);
    }
  }
  return sum_each(sum);
}

typedef vec Dots(const float *a, size_t a_stride, const float *b, size_t b_stride, size_t k);
#define DOTS(rows, cols)                                                                              \
  static vec dots_##rows##_##cols(const float *a, size_t a_stride, const float *b, size_t b_stride, size_t k) { \
    return dots(a, a_stride, b, b_stride, k, rows, cols);                                             \
  }
enum { HALF = LANES / 2, QUARTER = LANES / 4 };
DOTS(1, LANES) DOTS(2, HALF) DOTS(4, QUARTER) DOTS(1, 1) DOTS(2, 1) DOTS(4, 1)

void multiply_by_dots(const Tile *tile, size_t rows, size_t n) {
  Tile t = *tile;
  for (size_t j = 0; j < n; j += LANES) {
    t.cols = n - j < LANES ? n - j : LANES;
    for (size_t i = 0, count; i < rows; i += count) {
      count = rows - i >= 4 ? 4 : rows - i >= 2 ? 2 : 1;
      vec sums[4] = {{0}};
      for (size_t at = 0, cols; at < t.cols; at += cols) {
        cols = t.cols - at >= LANES / count ? LANES / count : 1;
        Dots *dots = count == 4 ? cols == 1 ? dots_4_1 : dots_4_QUARTER
                   : count == 2 ? cols == 1 ? dots_2_1 : dots_2_HALF
                                : cols == 1 ? dots_1_1 : dots_1_LANES;
        const vec x = dots(t.a + i * t.a_stride, t.a_stride, t.b + (j + at) * t.b_stride, t.b_stride, t.depth);
        for (size_t r = 0; r < count; r++) memcpy((float *)&sums[r] + at, (const float *)&x + r * cols, cols * sizeof(float));
      }
      t.c = tile->c + i * t.c_stride + j;
      t.bias = tile->bias ? tile->bias + j : NULL;
      t.linear = tile->linear ? tile->linear + i * t.c_stride + j : NULL;
      t.hidden = tile->hidden ? tile->hidden + i * t.c_stride + j : NULL;
      finish_tile(&t, sums, count, 1);
    }
  }
}
