// Parts of the matrix product: tiles that fit the registers, and strips packed for them.
#pragma once
#include "gemm.h"
#include "vector.h"

#if defined(__AVX512F__)
enum { TILE_ROWS = 12, TILE_VECS = 2 }; // 24 of 32 registers hold sums
#elif defined(__aarch64__)
enum { TILE_ROWS = 6, TILE_VECS = 4 };
#elif defined(__wasm__)
enum { TILE_ROWS = 4, TILE_VECS = 2 }; // engines have 16, and keep some to themselves: with more sums they go through memory
#else
enum { TILE_ROWS = 6, TILE_VECS = 2 }; // 12 of 16
#endif
enum { TILE_SUMS = TILE_ROWS * TILE_VECS, TILE_COLS = TILE_VECS * LANES, MAX_VECS = 8 };
enum { LINE = 16 }; // floats in a cache line

// A matrix that will be read next, line by line: tiles fetch some of it in passing, so that memory works while they compute.
typedef struct {
  const float *at;
  size_t lines, stride;     // of a row, and floats from row to row
  size_t rows, line;        // that are left, and the line in the row at hand
  size_t at_a_time;         // lines to fetch while LINE steps of k pass
} Ahead;

// C = A · B over a part of k, for some rows and vectors of columns.
typedef struct {
  const float *a, *b;
  size_t a_stride, b_stride; // of A from row to row or from k to k; of B from k to k
  size_t depth;
  float *packed; // where this strip of B goes as it is read, or null
  float *c;
  size_t c_stride, cols;
  const float *bias; // of these columns, or null
  int adds;
  Activation activation;
  float *linear, *hidden; // as in a Product
  Ahead *ahead; // [2]
} Tile;

typedef void TileKernel(const Tile *tile);

// The kernel for so many rows (at most TILE_ROWS) and vectors (1, TILE_VECS or wide_vecs()); `by_rows` says that A's element (i, k) lies
// at i · a_stride + k, and else at i + k · a_stride.
TileKernel *tile_kernel(size_t rows, size_t vecs, int by_rows);
// The same for TILE_VECS vectors, which packs B besides.
TileKernel *packing_tile_kernel(size_t rows, int by_rows);

// The most vectors that a tile of so few rows can have.
INLINE size_t wide_vecs(size_t rows) {
  for (size_t vecs = MAX_VECS; vecs > TILE_VECS; vecs /= 2) {
    if (rows * vecs <= TILE_SUMS) return vecs;
  }
  return TILE_VECS;
}

// Floats of a packed strip; strips lie a vector apart, so that they do not all fall into the same places of a cache.
INLINE size_t a_strip(size_t depth) { return round_up(TILE_ROWS * depth + LANES, LANES); }
INLINE size_t b_strip(size_t depth) { return TILE_COLS * depth + LANES; }

// Rows of A in tiles: the first `extra` have one row more than `base`.
typedef struct {
  size_t tiles, base, extra;
} Rows;

INLINE Rows split_rows(size_t rows) {
  const size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  return (Rows){tiles, rows / tiles, rows % tiles};
}
INLINE size_t rows_before(Rows rows, size_t tile) { return tile * rows.base + (tile < rows.extra ? tile : rows.extra); }

// Packs A for the tiles [first, end), each into a strip: TILE_ROWS floats for each k. A's rows for one k lie side by side, from the
// first tile's on; from k to k it is `stride`.
void pack_a(const float *a, size_t stride, Rows rows, size_t first, size_t end, size_t depth, float *to);

// Packs B into strips of TILE_COLS columns for each k, zeros where there are fewer. B [depth, cols] has rows `stride` apart; transposed,
// B [cols, depth] has.
void pack_b(const float *b, size_t stride, size_t cols, size_t depth, float *to);
void pack_b_transposed(const float *b, size_t stride, size_t cols, size_t depth, float *to);

// C [rows, n] = A [rows, k] · Bᵀ for few rows, with nothing packed; B's n rows lie b_stride apart. The tile says the rest.
void multiply_by_dots(const Tile *tile, size_t rows, size_t n);

// Writes sums to C as the tile says, with what is to be added and the activation.
void finish_tile(const Tile *tile, const vec *sums, size_t rows, size_t vecs);
