// Updates of all parameters of a model, each in one pass over their memory. A table lists the tensors, a row a parameter; threads share
// pieces of GRAIN floats, which rows are cut in, so that many small tensors cost no more than a large one.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

typedef struct {
  float *parameter;
  const float *grad;
  float *m, *v;
  float *teacher; // or NULL
  size_t size, first_piece;
  float decay; // what weight decay leaves of the parameter, 1 − lr · wd
} Row;
_Static_assert(sizeof(Row) <= 16 * sizeof(float), "a table is allocated as 16 floats a row");

// Only what an update reads must be there.
void set_row(Row *table, size_t index, float *parameter, const float *grad, float *m, float *v, float *teacher, size_t size,
             float decay) {
  table[index] = (Row){parameter, grad, m, v, teacher, size, 0, decay};
}

static size_t cut(Row *table, size_t rows) {
  size_t pieces = 0;
  for (size_t i = 0; i < rows; i++) {
    table[i].first_piece = pieces;
    pieces += (table[i].size + GRAIN - 1) / GRAIN;
  }
  return pieces;
}

// The last row that begins at this piece or before; empty rows have none.
static const Row *row_of(const Row *table, size_t rows, size_t piece) {
  size_t low = 0, high = rows;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    if (table[middle].first_piece <= piece) low = middle;
    else high = middle;
  }
  return table + low;
}

INLINE size_t end_of(const Row *row, size_t start) { return row->size - start < GRAIN ? row->size : start + GRAIN; }

typedef struct {
  const Row *table;
  size_t rows;
  float *squares; // of each piece
} Norm;

static void norm_part(const void *call, size_t first, size_t end) {
  const Norm *n = call;
  for (size_t piece = first; piece < end; piece++) {
    const Row *row = row_of(n->table, n->rows, piece);
    const size_t start = (piece - row->first_piece) * GRAIN, stop = end_of(row, start);
    vec sum[4] = {{0}};
    size_t i = start;
    for (; i + 4 * LANES <= stop; i += 4 * LANES) {
      for (size_t part = 0; part < 4; part++) {
        const vec x = load(row->grad + i + part * LANES);
        sum[part] = multiply_add(x, x, sum[part]);
      }
    }
    for (; i < stop; i += LANES) {
      const vec x = load_lanes(row->grad + i, stop - i);
      sum[0] = multiply_add(x, x, sum[0]);
    }
    n->squares[piece] = sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

// norm [1] = √(sum of all gradients' squares). Not finite where a gradient is not, or the squares of a piece overflow.
void norm_f32(Row *table, size_t rows, float *norm) {
  const size_t pieces = cut(table, rows);
  float *squares = scratch(SCRATCH_SUMS, pieces);
  parallel(pieces, 1, norm_part, &(Norm){table, rows, squares});
  double sum = 0;
  for (size_t i = 0; i < pieces; i++) sum += (double)squares[i];
  *norm = (float)__builtin_sqrt(sum);
}

typedef struct {
  const Row *table;
  size_t rows;
  float beta1, beta2, epsilon, rate, root_correction, momentum, rest;
} Update;

// A moment whose gradients stay away halves until it is denormal, and then slows many a processor down by a hundred times.
INLINE vec flush(vec x) { return choose(vec_abs(x) < 1.17549435e-38f, splat(0), x); }

INLINE vec follow(const Update *u, vec teacher, vec student) {
  return multiply_add(teacher, splat(u->momentum), student * u->rest);
}

static void adamw_part(const void *call, size_t first, size_t end) {
  const Update *u = call;
  for (size_t piece = first; piece < end; piece++) {
    const Row *row = row_of(u->table, u->rows, piece);
    const size_t start = (piece - row->first_piece) * GRAIN, stop = end_of(row, start);
    for (size_t i = start; i < stop; i += LANES) {
      const size_t n = stop - i;
      const vec g = load_lanes(row->grad + i, n);
      const vec m = flush(multiply_add(load_lanes(row->m + i, n), splat(u->beta1), g * (1 - u->beta1)));
      const vec v = flush(multiply_add(load_lanes(row->v + i, n), splat(u->beta2), g * g * (1 - u->beta2)));
      const vec move = u->rate * m / multiply_add(vec_sqrt(v), splat(u->root_correction), splat(u->epsilon));
      const vec p = load_lanes(row->parameter + i, n) * row->decay - move;
      store_lanes(row->m + i, m, n);
      store_lanes(row->v + i, v, n);
      store_lanes(row->parameter + i, p, n);
      if (row->teacher) store_lanes(row->teacher + i, follow(u, load_lanes(row->teacher + i, n), p), n);
    }
  }
}

// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← decay · p − rate · m / (√v · root_correction + ε), where rate = lr / (1 − β₁ᵗ) and
// root_correction = 1 / √(1 − β₂ᵗ). Then teacher ← momentum · teacher + rest · p; `rest` is 1 − momentum, rounded once.
void adamw_f32(Row *table, size_t rows, float beta1, float beta2, float epsilon, float rate, float root_correction,
               float momentum, float rest) {
  const Update update = {table, rows, beta1, beta2, epsilon, rate, root_correction, momentum, rest};
  parallel(cut(table, rows), 1, adamw_part, &update);
}

static void momentum_part(const void *call, size_t first, size_t end) {
  const Update *u = call;
  for (size_t piece = first; piece < end; piece++) {
    const Row *row = row_of(u->table, u->rows, piece);
    const size_t start = (piece - row->first_piece) * GRAIN, stop = end_of(row, start);
    for (size_t i = start; i < stop; i += LANES) {
      const size_t n = stop - i;
      store_lanes(row->teacher + i, follow(u, load_lanes(row->teacher + i, n), load_lanes(row->parameter + i, n)), n);
    }
  }
}

// teacher ← momentum · teacher + rest · parameter
void momentum_update_f32(Row *table, size_t rows, float momentum, float rest) {
  const Update update = {.table = table, .rows = rows, .momentum = momentum, .rest = rest};
  parallel(cut(table, rows), 1, momentum_part, &update);
}
