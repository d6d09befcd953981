// Tokens by index, its gradient, and residual sums that drop samples.
#include "vector.h"

// out [rows, visible, dim]; row r picks from sample r mod batch of tokens [batch, tokens, dim]. Returns 0, or 1 if an index is outside.
int32_t gather_tokens_f32(const float *from, const int32_t *keep, float *out, size_t batch, size_t tokens, size_t dim,
                          size_t rows, size_t visible) {
  for (size_t i = 0; i < rows * visible; i++) {
    if (keep[i] < 0 || (size_t)keep[i] >= tokens) return 1;
  }
#pragma omp parallel for schedule(static) if (rows * visible * dim > PARALLEL_FLOATS)
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = r * visible; i < (r + 1) * visible; i++) {
      memcpy(out + i * dim, from + (r % batch * tokens + keep[i]) * dim, dim * sizeof(float));
    }
  }
  return 0;
}

// dtokens [batch, tokens, dim]: every kept token's gradients, added up in the order of the masks.
void gather_tokens_grad_f32(const float *dout, const int32_t *keep, float *dtokens, size_t batch, size_t tokens,
                            size_t dim, size_t rows, size_t visible) {
#pragma omp parallel for schedule(static) if (rows * visible * dim > PARALLEL_FLOATS)
  for (size_t b = 0; b < batch; b++) {
    memset(dtokens + b * tokens * dim, 0, tokens * dim * sizeof(float));
    for (size_t r = b; r < rows; r += batch) {
      for (size_t i = r * visible; i < (r + 1) * visible; i++) {
        float *to = dtokens + (b * tokens + keep[i]) * dim;
        for (size_t j = 0; j < dim; j += LANES) {
          store_lanes(to + j, load_lanes(to + j, dim - j) + load_lanes(dout + i * dim + j, dim - j), dim - j);
        }
      }
    }
  }
}

// out = x + scale[b] · branch, with `size` floats a sample; a null x counts as zero.
void drop_path_add_f32(const float *x, const float *branch, const float *scale, float *out, size_t batch, size_t size) {
#pragma omp parallel for schedule(static) if (batch * size > PARALLEL_FLOATS)
  for (size_t b = 0; b < batch; b++) {
    for (size_t j = b * size; j < (b + 1) * size; j += LANES) {
      const size_t n = (b + 1) * size - j;
      const vec kept = scale[b] == 0 ? (vec){0} : load_lanes(branch + j, n) * scale[b];
      store_lanes(out + j, x ? load_lanes(x + j, n) + kept : kept, n);
    }
  }
}
