// Strips of A and B in the order in which tiles read them, each matrix read in the order in which it lies.
#include "gemm_tile.h"

// Some k at a time: long enough runs for the strips' lines, short enough for the matrix's.
enum { TOGETHER = 8 };

// `vecs` vectors for each of some k, of which `count` floats are there, `step` floats apart; `vecs` and `step` are constants where this
// is called. Steps may be shorter: the next k overwrites what is too much.
INLINE void pack_some(const float *from, size_t stride, size_t count, size_t depth, const size_t vecs, const size_t step, float *to) {
  if (count >= vecs * LANES) {
    for (size_t k = 0; k < depth; k++) {
      for (size_t v = 0; v < vecs; v++) store(to + k * step + v * LANES, load(from + k * stride + v * LANES));
    }
    return;
  }
  for (size_t k = 0; k < depth; k++) {
    for (size_t v = 0; v < vecs; v++) {
      const size_t at = v * LANES;
      store(to + k * step + at, at < count ? load_lanes(from + k * stride + at, count - at) : (vec){0});
    }
  }
}

void pack_a(const float *a, size_t stride, Rows rows, size_t first, size_t end, size_t depth, float *to) {
  const size_t start = rows_before(rows, first), all = rows_before(rows, end) - start;
  for (size_t k = 0; k < depth; k += TOGETHER) {
    for (size_t t = first, i = 0; t < end; t++) {
      pack_some(a + k * stride + i, stride, all - i, depth - k < TOGETHER ? depth - k : TOGETHER,
                (TILE_ROWS + LANES - 1) / LANES, TILE_ROWS, to + (t - first) * a_strip(depth) + k * TILE_ROWS);
      i += rows.base + (t < rows.extra);
    }
  }
}

void pack_b(const float *b, size_t stride, size_t cols, size_t depth, float *to) {
  for (size_t k = 0; k < depth; k += TOGETHER) {
    for (size_t j = 0; j < cols; j += TILE_COLS) {
      pack_some(b + k * stride + j, stride, cols - j, depth - k < TOGETHER ? depth - k : TOGETHER, TILE_VECS, TILE_COLS,
                to + j / TILE_COLS * b_strip(depth) + k * TILE_COLS);
    }
  }
}

void pack_b_transposed(const float *b, size_t stride, size_t cols, size_t depth, float *to) {
  for (size_t j = 0; j < round_up(cols, TILE_COLS); j += LANES) {
    float *at = to + j / TILE_COLS * b_strip(depth) + j % TILE_COLS;
    const size_t count = j >= cols ? 0 : cols - j < LANES ? cols - j : LANES;
    const float *from = b + j * stride;
    for (size_t k = 0; k < depth; k += LANES) {
      const size_t left = depth - k;
      vec block[LANES];
      if (count == LANES && left >= LANES) {
#pragma GCC unroll 16
        for (size_t i = 0; i < LANES; i++) block[i] = load(from + i * stride + k);
      } else {
        for (size_t i = 0; i < LANES; i++) block[i] = i < count ? load_lanes(from + i * stride + k, left) : (vec){0};
      }
      transpose_lanes(block);
      if (left >= LANES) {
#pragma GCC unroll 16
        for (size_t i = 0; i < LANES; i++) store(at + (k + i) * TILE_COLS, block[i]);
      } else {
        for (size_t i = 0; i < left; i++) store(at + (k + i) * TILE_COLS, block[i]);
      }
    }
  }
}
