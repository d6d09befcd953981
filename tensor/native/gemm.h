// The matrix product for other kernels: operands and result may lie at any stride.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Element (i, j) is data[i · row_stride + j · col_stride]; one of the strides is 1. Rows may overlap.
typedef struct {
  const float *data;
  size_t row_stride, col_stride;
} Matrix;

// What happens to a sum before it is written: nothing; GELU, the sum itself going to `linear` unless that is null; or it is a gradient and
// multiplied by that of GELU at `linear`, whose GELU goes to `hidden`.
typedef enum { NO_ACTIVATION, GELU, GELU_GRAD } Activation;

// `batches` products C [m, n] = A [m, k] · B [k, n] + bias, each a_step, b_step and c_step floats after the one before.
typedef struct {
  Matrix a, b;
  float *c;
  size_t c_stride; // from row to row
  size_t m, n, k;
  size_t batches, a_step, b_step, c_step;
  const float *bias; // [n], or null
  int adds;          // to what C holds; then there is no bias
  int alone;         // runs on the caller's thread
  Activation activation;
  float *linear, *hidden; // of a single product, laid out as C
} Product;

// Uses all threads, or where it stands inside a piece of a parallel loop its own.
void gemm(const Product *product);
