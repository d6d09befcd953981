// One tile of a matrix product: its sums stay in registers while k passes, and only then go to memory.
#include "gemm_tile.h"
#include "gelu.h"

#if defined(__wasm__)
enum { LOOKS_AHEAD = 0 }; // there is no such instruction
#else
enum { LOOKS_AHEAD = 1 };
#endif

INLINE void look_ahead(Ahead *ahead) {
  for (size_t i = 0; i < ahead->at_a_time && ahead->rows > 0; i++) {
    __builtin_prefetch(ahead->at + ahead->line * LINE, 0, 2); // no nearer than the second cache: it is read later
    if (++ahead->line == ahead->lines) {
      ahead->line = 0;
      ahead->rows--;
      ahead->at += ahead->stride;
    }
  }
}

void finish_tile(const Tile *t, const vec *sums, size_t rows, size_t vecs) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j * LANES < t->cols && j < vecs; j++) {
      float *at = t->c + i * t->c_stride + j * LANES;
      const size_t n = t->cols - j * LANES;
      vec x = sums[i * vecs + j];
      if (t->adds) x += load_lanes(at, n);
      else if (t->bias) x += load_lanes(t->bias + j * LANES, n);
      float *linear = t->linear + i * t->c_stride + j * LANES;
      if (t->activation == GELU) {
        if (t->linear) store_lanes(linear, x, n);
        x *= normal_cdf(x);
      } else if (t->activation == GELU_GRAD) {
        const vec z = load_lanes(linear, n), cdf = normal_cdf(z);
        store_lanes(t->hidden + i * t->c_stride + j * LANES, z * cdf, n);
        x *= gelu_slope(z, cdf);
      }
      store_lanes(at, x, n);
    }
  }
}

// `rows` and `vecs` are constants where this is called, so that the loops over them unroll.
INLINE void multiply(const Tile *t, const size_t rows, const size_t vecs, const int by_rows, const int packs) {
  vec sum[TILE_SUMS] = {{0}};
  const float *from[(TILE_ROWS + 2) / 3]; // every third row: the two after it are one address calculation away
  const size_t row = by_rows ? t->a_stride : 1, along = by_rows ? 1 : t->a_stride;
  for (size_t i = 0; i < (rows + 2) / 3; i++) from[i] = t->a + 3 * i * row;
  for (size_t i = 0; i < rows; i++) { // C will have come when the sums are there
    for (size_t j = 0; j < vecs; j++) __builtin_prefetch(t->c + i * t->c_stride + j * LANES, 1, 3); // to write
  }
  const float *b = t->b;
  float *packed = t->packed;
  for (size_t left = t->depth; left > 0;) {
    const size_t part = left < LINE || !LOOKS_AHEAD ? left : LINE;
    left -= part;
    if (LOOKS_AHEAD) look_ahead(t->ahead), look_ahead(t->ahead + 1);
    for (size_t k = 0; k < part; k++) {
      vec column[MAX_VECS];
#pragma GCC unroll 8
      for (size_t j = 0; j < vecs; j++) column[j] = load(b + j * LANES);
      b += t->b_stride;
      if (packs) {
#pragma GCC unroll 8
        for (size_t j = 0; j < vecs; j++) store(packed + j * LANES, column[j]);
        packed += vecs * LANES;
      }
#pragma GCC unroll 12
      for (size_t i = 0; i < rows; i++) {
        const vec x = splat(from[i / 3][i % 3 * row]);
#pragma GCC unroll 8
        for (size_t j = 0; j < vecs; j++) sum[i * vecs + j] = multiply_add(x, column[j], sum[i * vecs + j]);
      }
#pragma GCC unroll 4
      for (size_t i = 0; i < (rows + 2) / 3; i++) from[i] += along;
    }
  }
  if (t->cols < vecs * LANES || t->activation) {
    vec sums[TILE_SUMS];
#pragma GCC unroll 24
    for (size_t i = 0; i < rows * vecs; i++) sums[i] = sum[i];
    finish_tile(t, sums, rows, vecs);
    return;
  }
#pragma GCC unroll 12
  for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 8
    for (size_t j = 0; j < vecs; j++) {
      float *at = t->c + i * t->c_stride + j * LANES;
      vec x = sum[i * vecs + j];
      if (t->adds) x += load(at);
      else if (t->bias) x += load(t->bias + j * LANES);
      store(at, x);
    }
  }
}

#define KERNELS(rows, vecs)                                                                                          \
  static void by_rows_##rows##_##vecs(const Tile *t) { if (rows * vecs <= TILE_SUMS) multiply(t, rows, vecs, 1, 0); } \
  static void by_columns_##rows##_##vecs(const Tile *t) { if (rows * vecs <= TILE_SUMS) multiply(t, rows, vecs, 0, 0); }
#define ALL_KERNELS(rows)                                                                                            \
  KERNELS(rows, 1) KERNELS(rows, 2) KERNELS(rows, 4) KERNELS(rows, 8)                                                \
  static void by_rows_packing_##rows(const Tile *t) { multiply(t, rows, TILE_VECS, 1, 1); }                          \
  static void by_columns_packing_##rows(const Tile *t) { multiply(t, rows, TILE_VECS, 0, 1); }
ALL_KERNELS(1) ALL_KERNELS(2) ALL_KERNELS(3) ALL_KERNELS(4)
#if !defined(__wasm__)
ALL_KERNELS(5) ALL_KERNELS(6)
#endif
#if defined(__AVX512F__)
ALL_KERNELS(7) ALL_KERNELS(8) ALL_KERNELS(9) ALL_KERNELS(10) ALL_KERNELS(11) ALL_KERNELS(12)
#endif

enum { NUM_WIDTHS = 4 }; // 1, 2, 4 and MAX_VECS vectors; after them comes the kernel that packs
#define PAIR(rows, vecs) {by_columns_##rows##_##vecs, by_rows_##rows##_##vecs}
#define ROW(rows) {PAIR(rows, 1), PAIR(rows, 2), PAIR(rows, 4), PAIR(rows, 8), PAIR(packing, rows)}
static TileKernel *const kernels[TILE_ROWS][NUM_WIDTHS + 1][2] = {
    ROW(1), ROW(2), ROW(3), ROW(4),
#if !defined(__wasm__)
    ROW(5), ROW(6),
#endif
#if defined(__AVX512F__)
    ROW(7), ROW(8), ROW(9), ROW(10), ROW(11), ROW(12),
#endif
};

TileKernel *tile_kernel(size_t rows, size_t vecs, int by_rows) {
  return kernels[rows - 1][vecs == 1 ? 0 : vecs == 2 ? 1 : vecs == 4 ? 2 : 3][by_rows];
}

TileKernel *packing_tile_kernel(size_t rows, int by_rows) { return kernels[rows - 1][NUM_WIDTHS][by_rows]; }
