// C = op(A) · op(B) + bias, float32, row-major. The product is cut into tiles that fit the registers; strips of A and B are packed
// so that a tile reads them in order. Every element is summed over k in the same order, whatever the number of threads.
#include "gemm.h"
#include "scratch.h"
#include "threads.h"
#include "vector.h"

#if defined(__AVX512F__)
enum { TILE_ROWS = 12 }; // 24 of 32 registers hold sums
#else
enum { TILE_ROWS = 6 }; // 12 of 16
#endif
enum { TILE_VECS = 2, TILE_COLS = TILE_VECS * LANES };
enum { DEPTH = 256 };              // of a packed strip: DEPTH · TILE_COLS floats stay in the first cache
enum { PACKED = 0 };               // in place of a row stride: the strip is packed
enum { BLOCK_ROWS = 8 * TILE_ROWS }; // of A packed at a time: they stay in the second cache

// Strips of `width` rows of A, or columns of B, one k after the other; missing ones are zero.
// `across` steps to the next row (column), `along` to the next k; `width` is a constant where this is called.
INLINE void pack_strip(const float *from, size_t across, size_t along, size_t count, size_t width, size_t depth,
                       float *to) {
  if (across == 1 && count == width) {
    for (size_t k = 0; k < depth; k++) memcpy(to + k * width, from + k * along, width * sizeof(float));
    return;
  }
  if (count < width) memset(to, 0, width * depth * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < depth; k++) to[k * width + i] = from[i * across + k * along];
  }
}

// One tile of a · b: TILE_ROWS rows of A by one packed strip of B. A's element (i, k) lies at i · row + k · along: in a packed strip
// row is 1, in rows of the matrix itself along is 1.
INLINE void tile_product(const float *a, size_t row, size_t along, const float *b, size_t depth,
                         vec sums[TILE_ROWS][TILE_VECS]) {
  vec sum[TILE_ROWS][TILE_VECS] = {{{0}}};
  const float *from[TILE_ROWS / 3]; // every third row: the two after it are one address calculation away
  for (int i = 0; i < TILE_ROWS / 3; i++) from[i] = a + 3 * i * row;
  for (size_t k = 0; k < depth; k++) {
    vec column[TILE_VECS];
    for (int j = 0; j < TILE_VECS; j++) column[j] = load(b + k * TILE_COLS + j * LANES);
#pragma GCC unroll 12
    for (int i = 0; i < TILE_ROWS; i++) {
#pragma GCC unroll 2
      for (int j = 0; j < TILE_VECS; j++) sum[i][j] += from[i / 3][i % 3 * row] * column[j];
    }
#pragma GCC unroll 4
    for (int i = 0; i < TILE_ROWS / 3; i++) from[i] += along;
  }
  memcpy(sums, sum, sizeof sum);
}

// Writes a tile to C, with the bias, or adds it.
static void tile(const float *a, size_t row, const float *b, size_t depth, int adds, const float *bias, float *c,
                 size_t stride, size_t rows, size_t cols) {
  vec sums[TILE_ROWS][TILE_VECS];
  if (row == PACKED) tile_product(a, 1, TILE_ROWS, b, depth, sums);
  else tile_product(a, row, 1, b, depth, sums);
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j += LANES) {
      float *at = c + i * stride + j;
      const size_t n = cols - j;
      vec x = sums[i][j / LANES];
      if (n >= LANES) {
        if (adds) x += load(at);
        else if (bias) x += load(bias + j);
        store(at, x);
      } else {
        if (adds) x += load_part(at, n);
        else if (bias) x += load_part(bias + j, n);
        store_part(at, x, n);
      }
    }
  }
}

// A product, or of a deep one a part: all of C, `depth` of k.
typedef struct {
  const Product *p;
  Matrix a, b;
  float *c;
  size_t k0, depth, strips, cuts;
  float *packed_b;
} Part;

static void pack_b(const void *call, size_t first, size_t end) {
  const Part *part = call;
  const Matrix b = part->b;
  for (size_t s = first; s < end; s++) {
    const size_t j = s * TILE_COLS, left = part->p->n - j, count = left < TILE_COLS ? left : TILE_COLS;
    pack_strip(b.data + part->k0 * b.row_stride + j * b.col_stride, b.col_stride, b.row_stride, count, TILE_COLS,
               part->depth, part->packed_b + s * TILE_COLS * part->depth);
  }
}

static void multiply_blocks(const void *call, size_t first, size_t end) {
  const Part *part = call;
  const Product *p = part->p;
  const Matrix a = part->a;
  const size_t k0 = part->k0, depth = part->depth, cuts = part->cuts;
  float *packed_a = scratch(SCRATCH_GEMM_A, (size_t)BLOCK_ROWS * DEPTH);
  for (size_t task = first; task < end; task++) {
    const size_t i0 = task / cuts * BLOCK_ROWS, rows = p->m - i0 < BLOCK_ROWS ? p->m - i0 : BLOCK_ROWS;
    // Whole strips of a matrix that lies in rows are read where they are.
    const size_t in_place = a.col_stride == 1 ? rows - rows % TILE_ROWS : 0;
    for (size_t i = in_place; i < rows; i += TILE_ROWS) {
      pack_strip(a.data + (i0 + i) * a.row_stride + k0 * a.col_stride, a.row_stride, a.col_stride,
                 rows - i < TILE_ROWS ? rows - i : TILE_ROWS, TILE_ROWS, depth, packed_a + i * depth);
    }
    const size_t end_strip = (task % cuts + 1) * part->strips / cuts;
    for (size_t s = task % cuts * part->strips / cuts; s < end_strip; s++) {
      const size_t j = s * TILE_COLS, cols = p->n - j < TILE_COLS ? p->n - j : TILE_COLS;
      for (size_t i = 0; i < rows; i += TILE_ROWS) {
        const int packed = i >= in_place;
        tile(packed ? packed_a + i * depth : a.data + (i0 + i) * a.row_stride + k0, packed ? PACKED : a.row_stride,
             part->packed_b + s * TILE_COLS * depth, depth, k0 > 0 || p->adds, p->bias ? p->bias + j : NULL,
             part->c + (i0 + i) * p->c_stride + j, p->c_stride, rows - i < TILE_ROWS ? rows - i : TILE_ROWS, cols);
      }
    }
  }
}

static void multiply(const Product *p, Matrix a, Matrix b, float *c) {
  const size_t strips = (p->n + TILE_COLS - 1) / TILE_COLS;
  const size_t blocks = (p->m + BLOCK_ROWS - 1) / BLOCK_ROWS;
  // Few rows: cut the columns as well, so that every thread has work.
  const size_t cuts = blocks >= 8 || strips < 8 ? 1 : 8 / blocks;
  Part part = {p, a, b, c, 0, 0, strips, cuts, scratch(SCRATCH_GEMM_B, strips * TILE_COLS * DEPTH)};
  const int small = p->m * p->n * p->k <= 100000; // one piece is everything
  for (; part.k0 < p->k || part.k0 == 0; part.k0 += DEPTH) {
    part.depth = p->k - part.k0 < DEPTH ? p->k - part.k0 : DEPTH;
    parallel(strips, small ? strips : 4, pack_b, &part);
    parallel(blocks * cuts, small ? blocks * cuts : 1, multiply_blocks, &part);
  }
}

static void multiply_batch(const void *call, size_t first, size_t end) {
  const Product *p = call;
  for (size_t i = first; i < end; i++) {
    const Matrix a = {p->a.data + i * p->a_step, p->a.row_stride, p->a.col_stride};
    const Matrix b = {p->b.data + i * p->b_step, p->b.row_stride, p->b.col_stride};
    multiply(p, a, b, p->c + i * p->c_step);
  }
}

void gemm(const Product *p) {
  if (p->m == 0 || p->n == 0) return;
  // Threads share small products of a batch whole, and larger ones piece by piece.
  if (p->m * p->n * p->k < 1000000) parallel(p->batches, 1, multiply_batch, p);
  else multiply_batch(p, 0, p->batches);
}

// `batches` products C [m, n] = op(A) [m, k] · op(B) [k, n], one after the other in memory; a stride of 0 repeats a matrix.
// A transposed operand is stored [k, m] or [n, k]. bias [n] may be null.
void gemm_f32(const float *a, const float *b, const float *bias, float *c, size_t batches, size_t a_stride,
              size_t b_stride, size_t m, size_t n, size_t k, int32_t transpose_a, int32_t transpose_b) {
  const Matrix left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
  const Matrix right = {b, transpose_b ? 1 : n, transpose_b ? k : 1};
  gemm(&(Product){left, right, c, n, m, n, k, batches, a_stride, b_stride, m * n, bias, 0});
}
