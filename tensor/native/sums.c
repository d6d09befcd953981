// Sums over one axis. Rows are added eight at a time to accumulators of a block of columns, which stay in the first cache, so that each
// number is read once, in the order in which it lies.
#include "sums.h"
#include "scratch.h"
#include "threads.h"
#include "vector.h"

enum { MIN_ROWS = 32, MAX_PARTS = 64, BLOCK = 1024, TOGETHER = 8, LONG_RUN = 2 * GRAIN };

size_t num_parts(size_t rows) {
  const size_t parts = rows / MIN_ROWS;
  return parts < 1 ? 1 : parts > MAX_PARTS ? MAX_PARTS : parts;
}

typedef struct {
  const float *x;
  float *out; // [groups, parts, out_stride]
  size_t group_stride, stride, rows, dim, parts, blocks, out_stride;
  float factor;
} Columns;

INLINE void add_rows(const float *x, size_t stride, size_t rows, size_t dim, float *sums) {
  for (size_t j = 0; j < dim; j += LANES) {
    const size_t n = dim - j;
    vec sum = load_lanes(sums + j, n);
    for (size_t r = 0; r < rows; r++) sum += load_lanes(x + r * stride + j, n);
    store_lanes(sums + j, sum, n);
  }
}

static void columns_part(const void *call, size_t first, size_t end) {
  const Columns *c = call;
  for (size_t piece = first; piece < end; piece++) {
    const size_t block = piece % c->blocks * BLOCK, part = piece / c->blocks % c->parts, group = piece / c->blocks / c->parts;
    const size_t dim = c->dim - block < BLOCK ? c->dim - block : BLOCK;
    const float *x = c->x + group * c->group_stride + block;
    float *sums = c->out + (group * c->parts + part) * c->out_stride + block;
    memset(sums, 0, dim * sizeof(float));
    size_t r = part * c->rows / c->parts;
    const size_t last = (part + 1) * c->rows / c->parts;
    for (; r + TOGETHER <= last; r += TOGETHER) add_rows(x + r * c->stride, c->stride, TOGETHER, dim, sums);
    for (; r < last; r++) add_rows(x + r * c->stride, c->stride, 1, dim, sums);
    if (c->factor != 1) {
      for (size_t j = 0; j < dim; j++) sums[j] *= c->factor;
    }
  }
}

static void sum_columns(Columns c, size_t groups) {
  c.blocks = (c.dim + BLOCK - 1) / BLOCK;
  const size_t floats = (c.rows / c.parts + 1) * (c.dim < BLOCK ? c.dim : BLOCK);
  parallel(groups * c.parts * c.blocks, row_grain(floats), columns_part, &c);
}

void sum_rows(const float *x, size_t stride, size_t rows, size_t dim, float factor, float *out) {
  const size_t parts = num_parts(rows);
  Columns c = {x, out, 0, stride, rows, dim, 1, 0, dim, factor};
  if (parts > 1) {
    float *partial = scratch(SCRATCH_SUMS, parts * dim);
    sum_columns((Columns){x, partial, 0, stride, rows, dim, parts, 0, dim, 1}, 1);
    c.x = partial;
    c.stride = dim;
    c.rows = parts;
  }
  sum_columns(c, 1);
}

typedef struct {
  const float *x;
  float *out; // [rows, parts]
  size_t count, parts, length; // a run's floats, its parts, a part's floats
  float factor;
} Runs;

static void runs_part(const void *call, size_t first, size_t end) {
  const Runs *c = call;
  for (size_t piece = first; piece < end; piece++) {
    const size_t start = piece % c->parts * c->length;
    const size_t count = c->count - start < c->length ? c->count - start : c->length;
    const float *x = c->x + piece / c->parts * c->count + start;
    vec sum[4] = {{0}};
    size_t j = 0;
    for (; j + 4 * LANES <= count; j += 4 * LANES) {
      for (size_t i = 0; i < 4; i++) sum[i] += load(x + j + i * LANES);
    }
    for (; j < count; j += LANES) sum[0] += load_lanes(x + j, count - j);
    c->out[piece] = sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])) * c->factor;
  }
}

static void sum_runs(const float *x, float *out, size_t rows, size_t count, float factor) {
  const size_t parts = count / LONG_RUN + 1;
  Runs c = {x, out, count, 1, count, factor};
  if (parts > 1) {
    float *partial = scratch(SCRATCH_SUMS, rows * parts);
    parallel(rows * parts, 1, runs_part, &(Runs){x, partial, count, parts, LONG_RUN, 1});
    c.x = partial;
    c.count = c.length = parts;
  }
  parallel(rows, row_grain(c.count), runs_part, &c);
}

// out [outer, inner] = sum of x [outer, count, inner] over its middle axis, times `factor`.
void sum_f32(const float *x, float *out, size_t outer, size_t count, size_t inner, float factor) {
  if (inner == 1) sum_runs(x, out, outer, count, factor);
  else if (outer == 1) sum_rows(x, inner, count, inner, factor, out);
  else sum_columns((Columns){x, out, count * inner, inner, count, inner, 1, 0, inner, factor}, outer);
}
