// Sums over the rows of a matrix: the gradients of biases and of normalisations' weights.
#pragma once
#include <stddef.h>

// Parts that the sum over so many rows is made of: each part adds up its own rows, then the parts are added in their order. It depends
// on the rows alone, so that results do not depend on the threads.
size_t num_parts(size_t rows);

// out [dim] = factor times the sum over the rows of x, which start `stride` floats apart. Takes SCRATCH_SUMS.
void sum_rows(const float *x, size_t stride, size_t rows, size_t dim, float factor, float *out);
