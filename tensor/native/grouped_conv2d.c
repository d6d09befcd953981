// Convolution of grids in groups of channels, and its gradients. Each channel of some grids is copied to a plane of its own: the rows of
// the grids behind each other with the zeros that lie between them, so that a place of the kernel is a shift of the whole plane and lanes
// hold neighbouring positions. The order of all sums depends on the sizes alone.
#include "scratch.h"
#include "threads.h"
#include "vector.h"

typedef struct {
  size_t batch, height, width, channels, kernel, groups, out_channels;
} Conv2d;

enum { OUTS = 4 };                    // output channels at once
enum { TALL = LANES == 16 ? 4 : 2 };  // vectors of positions, or rows of the weight's gradient, at once
enum { PLANES = 8192 };               // floats in the planes that are worked on together

INLINE size_t in_group(const Conv2d *c) { return c->channels / c->groups; }
INLINE size_t out_group(const Conv2d *c) { return c->out_channels / c->groups; }
INLINE size_t half(const Conv2d *c) { return c->kernel / 2; }
INLINE size_t row_length(const Conv2d *c) { return c->width + half(c); } // zeros after a row are also those before the next
INLINE size_t grid_length(const Conv2d *c) { return (c->height + half(c)) * row_length(c); }
INLINE size_t edge(const Conv2d *c) { return half(c) * row_length(c) + half(c); } // what the kernel sees before the first position
INLINE size_t grids_at_once(const Conv2d *c) {
  const size_t grids = PLANES / ((in_group(c) + out_group(c)) * grid_length(c));
  return grids < 1 ? 1 : grids < c->batch ? grids : c->batch;
}
INLINE size_t plane_length(const Conv2d *c) { return round_up(grids_at_once(c) * grid_length(c), TALL * LANES); }

// Four floats of each of four rows, to columns.
INLINE void transpose_four(const float *from, size_t from_stride, float *to, size_t to_stride) {
  vec4 x[4];
  for (size_t i = 0; i < 4; i++) memcpy(&x[i], from + i * from_stride, sizeof(vec4));
  const vec4 a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5), b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
  const vec4 c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5), d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
  x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  x[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  x[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  x[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  for (size_t i = 0; i < 4; i++) memcpy(to + i * to_stride, &x[i], sizeof(vec4));
}

// A matrix [rows, cols], to [cols, rows]; where they are no multiple of four, the last block lies over the one before in part.
static void transpose(const float *from, size_t from_stride, size_t rows, size_t cols, float *to, size_t to_stride) {
  if (rows < 4 || cols < 4) {
    for (size_t row = 0; row < rows; row++) {
      for (size_t col = 0; col < cols; col++) to[col * to_stride + row] = from[row * from_stride + col];
    }
    return;
  }
  for (size_t i = 0; i < rows; i += 4) {
    const size_t row = i + 4 <= rows ? i : rows - 4;
    for (size_t j = 0; j < cols; j += 4) {
      const size_t col = j + 4 <= cols ? j : cols - 4;
      transpose_four(from + row * from_stride + col, from_stride, to + col * to_stride + row, to_stride);
    }
  }
}

// Grids [first, end) of one group's `size` channels, to planes `apart` floats apart that are zero between the rows.
static void to_planes(const Conv2d *c, const float *from, size_t channels, size_t size, size_t first, size_t end, float *to, size_t apart) {
  memset(to, 0, size * apart * sizeof(float));
  for (size_t grid = first; grid < end; grid++) {
    for (size_t y = 0; y < c->height; y++) {
      float *row = to + (grid - first) * grid_length(c) + y * row_length(c);
      transpose(from + (grid * c->height + y) * c->width * channels, channels, c->width, size, row, apart);
    }
  }
}

static void from_planes(const Conv2d *c, const float *from, size_t channels, size_t size, size_t first, size_t end, float *to, size_t apart) {
  for (size_t grid = first; grid < end; grid++) {
    for (size_t y = 0; y < c->height; y++) {
      const float *row = from + (grid - first) * grid_length(c) + y * row_length(c);
      transpose(row, apart, size, c->width, to + (grid * c->height + y) * c->width * channels, channels);
    }
  }
}

typedef struct {
  const Conv2d *c;
  const float *x, *dout, *weight, *bias;
  float *result;
} Run;

// Some output channels at TALL vectors of positions; `x` is where the kernel's first place is for the first of them.
INLINE void convolve_tile(const Conv2d *c, const float *x, size_t apart, const float *weight, const float *bias, float *out,
                          size_t out_apart, const size_t outs) {
  vec sums[OUTS][TALL];
  for (size_t o = 0; o < outs; o++) {
    for (size_t v = 0; v < TALL; v++) sums[o][v] = splat(bias ? bias[o] : 0);
  }
  for (size_t i = 0; i < c->kernel; i++) {
    for (size_t j = 0; j < c->kernel; j++) {
      const float *from = x + i * row_length(c) + j;
      for (size_t channel = 0; channel < in_group(c); channel++, from += apart, weight += c->out_channels) {
        vec at[TALL];
        for (size_t v = 0; v < TALL; v++) at[v] = load(from + v * LANES);
        for (size_t o = 0; o < outs; o++) {
          const vec w = splat(weight[o]);
          for (size_t v = 0; v < TALL; v++) sums[o][v] = multiply_add(at[v], w, sums[o][v]);
        }
      }
    }
  }
  for (size_t o = 0; o < outs; o++) {
    for (size_t v = 0; v < TALL; v++) store(out + o * out_apart + v * LANES, sums[o][v]);
  }
}

// Turn i does one group of some grids.
static void convolve(const void *call, size_t first, size_t end) {
  const Run *run = call;
  const Conv2d *c = run->c;
  const size_t length = plane_length(c), apart = length + 2 * edge(c), size = out_group(c);
  float *planes = scratch(SCRATCH_CONV_IN, in_group(c) * apart + edge(c)), *outs = scratch(SCRATCH_CONV_OUT, size * length);
  memset(planes, 0, edge(c) * sizeof(float));
  for (size_t turn = first; turn < end; turn++) {
    const size_t group = turn % c->groups, grid = turn / c->groups * grids_at_once(c);
    const size_t last = grid + grids_at_once(c) < c->batch ? grid + grids_at_once(c) : c->batch;
    to_planes(c, run->x + group * in_group(c), c->channels, in_group(c), grid, last, planes + edge(c), apart);
    const float *weight = run->weight + group * size, *bias = run->bias ? run->bias + group * size : NULL;
    for (size_t p = 0; p < (last - grid) * grid_length(c); p += TALL * LANES) {
      size_t o = 0;
      for (; o + OUTS <= size; o += OUTS) {
        convolve_tile(c, planes + p, apart, weight + o, bias ? bias + o : NULL, outs + o * length + p, length, OUTS);
      }
      for (; o < size; o++) convolve_tile(c, planes + p, apart, weight + o, bias ? bias + o : NULL, outs + o * length + p, length, 1);
    }
    from_planes(c, outs, c->out_channels, size, grid, last, run->result + group * size, length);
  }
}

static void convolve_all(const Run *run) {
  const Conv2d *c = run->c;
  if (c->batch * c->height * c->width == 0) return;
  const size_t grids = grids_at_once(c), parts = (c->batch + grids - 1) / grids;
  parallel(parts * c->groups, row_grain(grids * grid_length(c) * c->kernel * c->kernel * in_group(c)), convolve, run);
}

// out [batch, height, width, out_channels] of x [batch, height, width, channels] and weight [kernel, kernel · channels / groups,
// out_channels]; output channels of a group stand beside each other. Positions around the grid count as zero; the kernel is odd.
void grouped_conv2d_f32(const float *x, const float *weight, const float *bias, float *out, size_t batch, size_t height, size_t width,
                        size_t channels, size_t kernel, size_t groups, size_t out_channels) {
  const Conv2d c = {batch, height, width, channels, kernel, groups, out_channels};
  convolve_all(&(Run){.c = &c, .x = x, .weight = weight, .bias = bias, .result = out});
}

// dx [batch, height, width, channels] of dout [batch, height, width, out_channels]: a convolution again, with the kernels turned round and
// input and output changing places.
void grouped_conv2d_grad_input_f32(const float *dout, const float *weight, float *dx, size_t batch, size_t height, size_t width,
                                   size_t channels, size_t kernel, size_t groups, size_t out_channels) {
  const Conv2d back = {batch, height, width, out_channels, kernel, groups, channels};
  const size_t ins = channels / groups, outs = out_channels / groups, places = kernel * kernel;
  float *turned = scratch(SCRATCH_CONV_WEIGHT, places * outs * channels);
  for (size_t place = 0; place < places; place++) {
    for (size_t i = 0; i < ins; i++) {
      const float *from = weight + (place * ins + i) * out_channels;
      for (size_t o = 0; o < out_channels; o++) {
        turned[((places - 1 - place) * outs + o % outs) * channels + o / outs * ins + i] = from[o];
      }
    }
  }
  convolve_all(&(Run){.c = &back, .x = dout, .weight = turned, .result = dx});
}

// Sums of lanes. A function of its own, or gcc would hold the sums in those registers alone that its instructions for halves can name.
static __attribute__((noinline)) void finish_tile(vec sums[TALL][OUTS], float *dweight, size_t stride, int adds, size_t rows, size_t outs) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < outs; o++) {
      float *to = dweight + r * stride + o;
      *to = sum_lanes(sums[r][o]) + (adds ? *to : 0);
    }
  }
}

// Some rows of the weight's gradient, `x[r]` being the plane that row sees, for some output channels.
INLINE void weigh_tile(const float *const *x, const float *dout, size_t length, size_t count, float *dweight, size_t stride, int adds,
                       const size_t rows, const size_t outs) {
  vec sums[TALL][OUTS] = {0};
  for (size_t p = 0; p < count; p += LANES) {
    vec at[TALL];
    for (size_t r = 0; r < rows; r++) at[r] = load(x[r] + p);
    for (size_t o = 0; o < outs; o++) {
      const vec d = load(dout + o * length + p);
      for (size_t r = 0; r < rows; r++) sums[r][o] = multiply_add(at[r], d, sums[r][o]);
    }
  }
  vec done[TALL][OUTS];
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < outs; o++) done[r][o] = sums[r][o];
  }
  finish_tile(done, dweight, stride, adds, rows, outs);
}

// Some groups, whose channels lie beside each other: they see the same grids one after the other, and each sees them in their order.
static void weigh(const void *call, size_t first, size_t end) {
  const Run *run = call;
  const Conv2d *c = run->c;
  const size_t length = plane_length(c), apart = length + 2 * edge(c), size = out_group(c), grids = grids_at_once(c);
  const size_t depth = c->kernel * c->kernel * in_group(c);
  float *planes = scratch(SCRATCH_CONV_IN, in_group(c) * apart + edge(c)), *douts = scratch(SCRATCH_CONV_OUT, size * length);
  memset(planes, 0, edge(c) * sizeof(float));
  for (size_t grid = 0; grid < c->batch; grid += grids) {
    const size_t last = grid + grids < c->batch ? grid + grids : c->batch, count = (last - grid) * grid_length(c);
    for (size_t group = first; group < end; group++) {
      to_planes(c, run->x + group * in_group(c), c->channels, in_group(c), grid, last, planes + edge(c), apart);
      to_planes(c, run->dout + group * size, c->out_channels, size, grid, last, douts, length);
      size_t rows;
      for (size_t row = 0; row < depth; row += rows) {
        rows = row + TALL <= depth ? TALL : 1;
        const float *x[TALL];
        for (size_t r = 0; r < rows; r++) {
          const size_t place = (row + r) / in_group(c), channel = (row + r) % in_group(c);
          x[r] = planes + channel * apart + place / c->kernel * row_length(c) + place % c->kernel;
        }
        float *to = run->result + row * c->out_channels + group * size;
        size_t o = 0;
        for (; o + OUTS <= size && rows == TALL; o += OUTS) {
          weigh_tile(x, douts + o * length, length, count, to + o, c->out_channels, grid > 0, TALL, OUTS);
        }
        for (; o < size; o++) {
          for (size_t r = 0; r < rows; r++) {
            weigh_tile(x + r, douts + o * length, length, count, to + r * c->out_channels + o, c->out_channels, grid > 0, 1, 1);
          }
        }
      }
    }
  }
}

// dweight as weight, of dout [batch, height, width, out_channels].
void grouped_conv2d_grad_weight_f32(const float *dout, const float *x, float *dweight, size_t batch, size_t height, size_t width,
                                    size_t channels, size_t kernel, size_t groups, size_t out_channels) {
  const Conv2d c = {batch, height, width, channels, kernel, groups, out_channels};
  if (batch * height * width == 0) {
    memset(dweight, 0, kernel * kernel * in_group(&c) * out_channels * sizeof(float));
    return;
  }
  const size_t threads = (size_t)num_threads();
  parallel(groups, (groups + threads - 1) / threads, weigh, &(Run){.c = &c, .x = x, .dout = dout, .result = dweight});
}
