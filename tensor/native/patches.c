// Square patches of images as rows of numbers, the kept ones alone, in one pass straight from where the pixels lie; and the gradient.
// A patch is as many runs of neighbouring pixels as it has rows.
#include "threads.h"
#include "vector.h"

typedef struct {
  const float *from;
  float *to;
  const int32_t *keep; // null for all patches in order
  size_t batch, tokens, rows, visible;
  size_t patch, columns, run, line; // patches beside each other in an image; floats of a patch's row and of an image's
} Patches;

// Where patch `i` of the result begins in the images.
INLINE size_t origin(const Patches *p, size_t i) {
  const size_t sample = i / p->visible % p->batch, token = p->keep ? (size_t)p->keep[i] : i % p->visible;
  return sample * p->tokens * p->patch * p->run + token / p->columns * p->patch * p->line + token % p->columns * p->run;
}

static void gather_part(const void *call, size_t first, size_t end) {
  const Patches *p = call;
  float *to = p->to + first * p->patch * p->run;
  for (size_t i = first; i < end; i++) {
    const float *from = p->from + origin(p, i);
    for (size_t y = 0; y < p->patch; y++, from += p->line, to += p->run) memcpy(to, from, p->run * sizeof(float));
  }
}

// out [rows, visible, patch · patch · channels]; row r picks from image r mod batch of [batch, height, width, channels], and patches
// count along the lines of their grid. Without `keep`, rows is batch and visible the number of patches. Returns 0, or 1 if an index
// is outside.
int32_t gather_patches_f32(const float *images, const int32_t *keep, float *out, size_t batch, size_t height, size_t width,
                           size_t channels, size_t patch, size_t rows, size_t visible) {
  const size_t columns = width / patch, tokens = height / patch * columns, run = patch * channels;
  if (keep && !all_below(keep, rows * visible, tokens)) return 1;
  const Patches call = {images, out, keep, batch, tokens, rows, visible, patch, columns, run, width * channels};
  parallel(rows * visible, GRAIN / (patch * run + 1) + 1, gather_part, &call);
  return 0;
}

static void scatter_part(const void *call, size_t first, size_t end) {
  const Patches *p = call;
  const size_t image = p->tokens * p->patch * p->run;
  memset(p->to + first * image, 0, (end - first) * image * sizeof(float));
  for (size_t b = first; b < end; b++) {
    for (size_t r = b; r < p->rows; r += p->batch) {
      for (size_t i = r * p->visible; i < (r + 1) * p->visible; i++) {
        const float *from = p->from + i * p->patch * p->run;
        float *to = p->to + origin(p, i);
        for (size_t y = 0; y < p->patch; y++, from += p->run, to += p->line) {
          for (size_t j = 0; j < p->run; j++) to[j] += from[j];
        }
      }
    }
  }
}

// dimages [batch, height, width, channels]: every kept patch's gradients, added up in the order of the masks. `keep` has been checked.
void gather_patches_grad_f32(const float *dout, const int32_t *keep, float *dimages, size_t batch, size_t height, size_t width,
                             size_t channels, size_t patch, size_t rows, size_t visible) {
  const size_t columns = width / patch, tokens = height / patch * columns, run = patch * channels;
  const Patches call = {dout, dimages, keep, batch, tokens, rows, visible, patch, columns, run, width * channels};
  parallel(batch, GRAIN / (height * width * channels + 1) + 1, scatter_part, &call);
}
