// C = op(A) · op(B) + bias, float32, row-major. The product is cut into parts that threads take whole: some rows by some columns. A part
// goes over k in blocks; for each it packs what of A and B does not lie well, and computes tiles (gemm_tile.h). Every element is summed
// over k in an order that the sizes alone decide, however the product is cut.
#include "gemm.h"
#include "gemm_tile.h"
#include "scratch.h"
#include "threads.h"

enum {
  DEPTH = 384,        // most of k in a block: a packed strip of B passes through the first cache
  PART_COLS = 768,    // B packed for a part stays in the second cache
  PART_ROWS = 4096,   // enough that packing B costs little
  BLOCK_TILES = 8,    // of A packed at a time
  SMALL = 1 << 18,    // multiply-adds that a second thread would not speed up
  FEW_ROWS = 8,       // for which dot products do
  FIRST_CACHE = 8192, // floats that stay in it
  NEAR = 1024,        // floats from row to row
};

// How a product is cut: into `groups` of rows by `panels` of strips, each TILE_COLS columns; k into blocks of `depth`.
typedef struct {
  const Product *p;
  size_t strips, groups, panels, depth;
} Cut;

// Rows and columns of one product of the batch.
typedef struct {
  const float *a, *b; // from its first row and column on
  float *c, *linear, *hidden; // the last two may be null
  const float *bias;
  size_t rows, cols;
} Part;

// What a matrix holds from (i, j) on.
INLINE const float *element(Matrix x, size_t i, size_t j) { return x.data + i * x.row_stride + j * x.col_stride; }

// `rows` runs of `floats`, to be fetched while `tiles` tiles of that depth are computed.
INLINE Ahead ahead_of(const float *at, size_t floats, size_t stride, size_t rows, size_t tiles, size_t depth) {
  const size_t lines = (floats + LINE - 1) / LINE, turns = tiles * (depth / LINE + 1);
  return (Ahead){at, lines, stride, rows, 0, (lines * rows + turns - 1) / turns};
}

static void multiply_part(const Cut *cut, const Part *part) {
  const Product *p = cut->p;
  const Rows split = split_rows(part->rows);
  const size_t cols = part->cols, strips = (cols + TILE_COLS - 1) / TILE_COLS, whole = cols - cols % TILE_COLS;
  const int a_by_rows = p->a.col_stride == 1, b_by_rows = p->b.col_stride == 1;
  const size_t a_stride = a_by_rows ? p->a.row_stride : p->a.col_stride;
  const size_t b_stride = b_by_rows ? p->b.row_stride : p->b.col_stride;
  const int packs_a = !a_by_rows && strips > 1 && p->k * a_stride > FIRST_CACHE;
  const int packs_b = !b_by_rows || (split.tiles > 1 && p->k * b_stride > FIRST_CACHE);
  // The first tiles to read a strip pack it, unless its rows lie so far apart that they drive each other out of the first cache.
  const int packs_in_passing = packs_b && b_by_rows && (b_stride <= NEAR || split.tiles <= BLOCK_TILES);
  const size_t wide = packs_b || split.tiles > 1 ? TILE_VECS : wide_vecs(part->rows);
  float *packed_a = packs_a ? scratch(SCRATCH_GEMM_A, BLOCK_TILES * a_strip(cut->depth)) : NULL;
  float *packed_b = scratch(SCRATCH_GEMM_B, (packs_b ? strips : 1) * b_strip(cut->depth));

  for (size_t k0 = 0; k0 < p->k || k0 == 0; k0 += cut->depth) {
    const size_t depth = p->k - k0 < cut->depth ? p->k - k0 : cut->depth, left_k = p->k - k0 - depth;
    const size_t next_depth = left_k < depth ? left_k : depth;
    const float *a = part->a + k0 * p->a.col_stride, *b = part->b + k0 * p->b.row_stride;
    if (!b_by_rows) pack_b_transposed(b, b_stride, cols, depth, packed_b);
    else if (packs_b && !packs_in_passing) pack_b(b, b_stride, cols, depth, packed_b);
    else if (whole < cols) pack_b(b + whole, b_stride, cols - whole, depth, packed_b + (packs_b ? whole / TILE_COLS : 0) * b_strip(depth));
    Ahead ahead[2] = {{0}};
    if (packs_b && next_depth > 0) {
      const float *next = b + depth * p->b.row_stride;
      ahead[1] = b_by_rows ? ahead_of(next, cols, b_stride, next_depth, split.tiles * strips, depth)
                           : ahead_of(next, next_depth, b_stride, cols, split.tiles * strips, depth);
    }
    Tile tile = {
        .a_stride = packs_a ? TILE_ROWS : a_stride, .depth = depth, .c_stride = p->c_stride,
        .adds = k0 > 0 || p->adds, .activation = left_k == 0 ? p->activation : NO_ACTIVATION, .ahead = ahead,
    };
    for (size_t t0 = 0, i0 = 0, rows; t0 < split.tiles; t0 += BLOCK_TILES, i0 += rows) {
      const size_t end = split.tiles - t0 < BLOCK_TILES ? split.tiles : t0 + BLOCK_TILES;
      rows = rows_before(split, end) - i0;
      if (packs_a) {
        pack_a(a + i0, a_stride, split, t0, end, depth, packed_a);
        const size_t below = part->rows - i0 - rows, turns = (end - t0) * strips;
        if (below > 0) ahead[0] = ahead_of(a + i0 + rows, below < rows ? below : rows, a_stride, depth, turns, depth);
        else ahead[0] = ahead_of(a + depth * a_stride, rows, a_stride, next_depth, turns, depth);
      }
      for (size_t j = 0, vecs; j < cols; j += vecs * LANES) {
        const size_t left = cols - j;
        const int in_place = j < whole && (!packs_b || (packs_in_passing && t0 == 0));
        vecs = left >= wide * LANES ? wide : left > LANES ? TILE_VECS : 1;
        tile.b = in_place ? b + j : packs_b ? packed_b + j / TILE_COLS * b_strip(depth) : packed_b;
        tile.b_stride = in_place ? b_stride : TILE_COLS;
        tile.packed = in_place && packs_b ? packed_b + j / TILE_COLS * b_strip(depth) : NULL;
        tile.cols = left;
        tile.bias = part->bias ? part->bias + j : NULL;
        for (size_t t = t0, i = i0; t < end; t++) {
          const size_t count = split.base + (t < split.extra);
          if (a_by_rows && j == 0 && t + 1 < split.tiles) {
            ahead[0] = ahead_of(a + (i + count) * a_stride, depth, a_stride, count, 1, depth);
          }
          tile.a = packs_a ? packed_a + (t - t0) * a_strip(depth) : a_by_rows ? a + i * a_stride : a + i;
          tile.c = part->c + i * p->c_stride + j;
          tile.linear = part->linear ? part->linear + i * p->c_stride + j : NULL;
          tile.hidden = part->hidden ? part->hidden + i * p->c_stride + j : NULL;
          if (tile.packed) {
            packing_tile_kernel(count, a_by_rows)(&tile);
            tile.b = tile.packed;
            tile.b_stride = TILE_COLS;
            tile.packed = NULL;
          } else {
            tile_kernel(count, vecs, a_by_rows)(&tile);
          }
          i += count;
        }
      }
    }
  }
}

static void multiply_parts(const void *call, size_t first, size_t end) {
  const Cut *cut = call;
  const Product *p = cut->p;
  for (size_t at = first; at < end; at++) {
    const size_t panel = at % cut->panels, group = at / cut->panels % cut->groups, batch = at / cut->panels / cut->groups;
    const size_t i = group * p->m / cut->groups, j = panel * cut->strips / cut->panels * TILE_COLS;
    const size_t end_i = (group + 1) * p->m / cut->groups, end_j = (panel + 1) * cut->strips / cut->panels * TILE_COLS;
    const size_t offset = batch * p->c_step + i * p->c_stride + j;
    const Part part = {
        .a = element(p->a, i, 0) + batch * p->a_step, .b = element(p->b, 0, j) + batch * p->b_step,
        .c = p->c + offset, .linear = p->linear ? p->linear + offset : NULL, .hidden = p->hidden ? p->hidden + offset : NULL,
        .bias = p->bias ? p->bias + j : NULL, .rows = end_i - i, .cols = (end_j < p->n ? end_j : p->n) - j,
    };
    if (p->m <= FEW_ROWS && p->a.col_stride == 1 && p->b.row_stride == 1 && p->b.col_stride != 1) {
      const Tile tile = {
          .a = part.a, .b = part.b, .a_stride = p->a.row_stride, .b_stride = p->b.col_stride, .depth = p->k,
          .c = part.c, .c_stride = p->c_stride, .bias = part.bias, .adds = p->adds,
          .activation = p->activation, .linear = part.linear, .hidden = part.hidden,
      };
      multiply_by_dots(&tile, part.rows, part.cols);
    } else {
      multiply_part(cut, &part);
    }
  }
}

// The cheapest cut for the threads there are: what threads compute one after the other, with packing, which parts repeat.
static void choose_parts(Cut *cut, size_t threads) {
  const Product *p = cut->p;
  const size_t least_panels = (p->n + PART_COLS - 1) / PART_COLS, least_groups = (p->m + PART_ROWS - 1) / PART_ROWS;
  const size_t tiles = (p->m + TILE_ROWS - 1) / TILE_ROWS;
  double least = __builtin_inf();
  for (size_t panels = least_panels; panels <= cut->strips && panels <= least_panels + 2 * threads; panels++) {
    for (size_t groups = least_groups; groups <= tiles && groups <= least_groups + 2 * threads; groups++) {
      const double vecs = (double)((cut->strips + panels - 1) / panels * TILE_VECS), rows = (double)((p->m + groups - 1) / groups);
      const double turns = (double)((p->batches * groups * panels + threads - 1) / threads);
      const double packing = (p->b.col_stride == 1 ? 3 : 5) * vecs + (p->a.col_stride == 1 ? 0.1 : 0.2) * rows; // cycles for each k
      const double cost = turns * ((rows * vecs / 2 + packing) * (double)p->k + 2000);
      if (cost < least) {
        least = cost;
        cut->panels = panels;
        cut->groups = groups;
      }
    }
  }
}

void gemm(const Product *product) {
  Product p = *product;
  if (p.m == 0 || p.n == 0 || p.batches == 0) return;
  if (p.n == 1 && p.c_stride == 1 && p.b.row_stride == 1 && !p.bias) { // a row is better than a column
    p.a = (Matrix){product->b.data, p.k, 1};
    p.b = (Matrix){product->a.data, product->a.col_stride, product->a.row_stride};
    p.a_step = product->b_step;
    p.b_step = product->a_step;
    p.n = p.m;
    p.m = 1;
    p.c_stride = p.n;
  }
  const size_t strips = (p.n + TILE_COLS - 1) / TILE_COLS, blocks = (p.k + DEPTH - 1) / DEPTH;
  Cut cut = {&p, strips, 1, 1, blocks > 1 ? round_up((p.k + blocks - 1) / blocks, LINE) : DEPTH};
  const uint64_t work = (uint64_t)p.m * p.n * p.k; // more than a size_t where that has 32 bits
  cut.panels = (p.n + PART_COLS - 1) / PART_COLS;
  cut.groups = (p.m + PART_ROWS - 1) / PART_ROWS;
  if (work * p.batches > SMALL && p.batches < 8 && !p.alone) choose_parts(&cut, (size_t)num_threads());
  const size_t count = p.batches * cut.groups * cut.panels;
  const size_t grain = work * p.batches <= SMALL || p.alone ? count : work < SMALL / 8 ? SMALL / 8 / (work + 1) : 1;
  parallel(count, grain, multiply_parts, &cut);
}

// `batches` products C [m, n] = op(A) [m, k] · op(B) [k, n], one after the other in memory; a stride of 0 repeats a matrix.
// A transposed operand is stored [k, m] or [n, k]. bias [n] may be null.
void gemm_f32(const float *a, const float *b, const float *bias, float *c, size_t batches, size_t a_stride,
              size_t b_stride, size_t m, size_t n, size_t k, int32_t transpose_a, int32_t transpose_b) {
  const Matrix left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
  const Matrix right = {b, transpose_b ? 1 : n, transpose_b ? k : 1};
  gemm(&(Product){
      .a = left, .b = right, .c = c, .c_stride = n, .m = m, .n = n, .k = k,
      .batches = batches, .a_step = a_stride, .b_step = b_stride, .c_step = m * n, .bias = bias,
  });
}
