// The feed-forward half of a transformer block, y = GELU(x · W1 + b1) · W2 + b2, and its gradient. Forward, some rows at a time go through
// both products, so that the hidden layer never leaves the caches; what is kept of it is its sum before GELU, from which the gradient
// has GELU and its slope in one pass, at the end of the product that yields the hidden layer's gradient.
#include "gemm.h"
#include "scratch.h"
#include "sums.h"
#include "threads.h"
#include "vector.h"

enum { ROWS = 256 }; // at a time, where there are enough: packing the weights costs little then

typedef struct {
  const float *x, *weight1, *bias1, *weight2, *bias2;
  float *linear, *y;
  size_t rows, in_dim, hidden_dim, out_dim;
  int alone;
} Mlp;

static void mlp_part(const void *call, size_t first, size_t end) {
  const Mlp *l = call;
  const size_t rows = end - first;
  float *hidden = scratch(SCRATCH_MLP, rows * l->hidden_dim);
  gemm(&(Product){
      .a = {l->x + first * l->in_dim, l->in_dim, 1}, .b = {l->weight1, l->hidden_dim, 1},
      .c = hidden, .c_stride = l->hidden_dim, .m = rows, .n = l->hidden_dim, .k = l->in_dim, .batches = 1,
      .bias = l->bias1, .alone = l->alone,
      .activation = GELU, .linear = l->linear ? l->linear + first * l->hidden_dim : NULL,
  });
  gemm(&(Product){
      .a = {hidden, l->hidden_dim, 1}, .b = {l->weight2, l->out_dim, 1},
      .c = l->y + first * l->out_dim, .c_stride = l->out_dim, .m = rows, .n = l->out_dim, .k = l->hidden_dim, .batches = 1,
      .bias = l->bias2, .alone = l->alone,
  });
}

// x [rows, in_dim], y [rows, out_dim]; linear [rows, hidden_dim], for the gradient, may be null.
void mlp_f32(const float *x, const float *weight1, const float *bias1, const float *weight2, const float *bias2, float *linear,
             float *y, size_t rows, size_t in_dim, size_t hidden_dim, size_t out_dim) {
  if (rows == 0) return;
  Mlp l = {x, weight1, bias1, weight2, bias2, linear, y, rows, in_dim, hidden_dim, out_dim, 0};
  const size_t pieces = rows / ROWS;
  if (pieces < 2 * (size_t)num_threads()) { // threads share each product
    for (size_t i = 0; i < rows; i += 4 * ROWS) mlp_part(&l, i, rows - i < 4 * ROWS ? rows : i + 4 * ROWS);
    return;
  }
  l.alone = 1;
  parallel(rows, (rows + pieces - 1) / pieces, mlp_part, &l);
}

// Gradients by everything, from dy and what was kept. `hidden` and `dlinear` [rows, hidden_dim] are for work.
void mlp_grad_f32(const float *dy, const float *x, const float *linear, const float *weight1, const float *weight2, float *hidden,
                  float *dlinear, float *dx, float *dweight1, float *dbias1, float *dweight2, float *dbias2, size_t rows,
                  size_t in_dim, size_t hidden_dim, size_t out_dim) {
  gemm(&(Product){
      .a = {dy, out_dim, 1}, .b = {weight2, 1, out_dim}, .c = dlinear, .c_stride = hidden_dim,
      .m = rows, .n = hidden_dim, .k = out_dim, .batches = 1,
      .activation = GELU_GRAD, .linear = (float *)linear, .hidden = hidden, // which only reads `linear`
  });
  gemm(&(Product){
      .a = {hidden, 1, hidden_dim}, .b = {dy, out_dim, 1}, .c = dweight2, .c_stride = out_dim,
      .m = hidden_dim, .n = out_dim, .k = rows, .batches = 1,
  });
  sum_rows(dy, out_dim, rows, out_dim, 1, dbias2);
  gemm(&(Product){
      .a = {x, 1, in_dim}, .b = {dlinear, hidden_dim, 1}, .c = dweight1, .c_stride = hidden_dim,
      .m = in_dim, .n = hidden_dim, .k = rows, .batches = 1,
  });
  sum_rows(dlinear, hidden_dim, rows, hidden_dim, 1, dbias1);
  gemm(&(Product){
      .a = {dlinear, hidden_dim, 1}, .b = {weight1, 1, hidden_dim}, .c = dx, .c_stride = in_dim,
      .m = rows, .n = in_dim, .k = hidden_dim, .batches = 1,
  });
}
