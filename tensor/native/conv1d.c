// Convolution along time and its gradients. In a signal [time, channels] the numbers under a kernel lie one after the other, and the next
// window begins `stride` positions later: so all windows are a matrix whose rows overlap, and the product reads them where they are.
// Padding, groups and short signals need a copy: several samples, padded, behind each other in a strip of one group's channels, whose
// windows are one such matrix again; the few rows that reach from one sample into the next are left out of what comes of it. The order
// of all sums depends on the sizes alone.
#include "gemm.h"
#include "scratch.h"
#include "threads.h"
#include "vector.h"

typedef struct {
  size_t batch, time, channels, kernel, stride, groups, left, out_time, out_channels; // `left` zeros come before the signal
} Conv;

enum { LONG = 128, ROWS = 1024 }; // windows of a sample that make a product of their own; of samples that share one
enum { MANY_GROUPS = 8 };         // that threads share whole
enum { TOGETHER = 16 };           // channels

INLINE size_t in_group(const Conv *c) { return c->channels / c->groups; }
INLINE size_t out_group(const Conv *c) { return c->out_channels / c->groups; }
INLINE size_t depth(const Conv *c) { return c->kernel * in_group(c); }
INLINE size_t reach(const Conv *c) { return (c->out_time - 1) * c->stride + c->kernel; } // padded positions that windows see
INLINE size_t used(const Conv *c) {                                                     // positions of the signal among them
  return reach(c) - c->left < c->time ? reach(c) - c->left : c->time;
}

// Windows from a sample to the next one in a strip: zeros after one are also those before the next.
INLINE size_t rows_apart(const Conv *c) {
  const size_t right = reach(c) - c->left - used(c), gap = c->left > right ? c->left : right;
  return (used(c) + gap + c->stride - 1) / c->stride;
}
INLINE size_t num_rows(const Conv *c, size_t samples) { return (samples - 1) * rows_apart(c) + c->out_time; }
INLINE size_t strip_length(const Conv *c, size_t samples) { return (num_rows(c, samples) - 1) * c->stride + c->kernel; }

INLINE int lies_ready(const Conv *c) {
  return c->groups == 1 && c->left == 0 && reach(c) <= c->time && (c->batch == 1 || c->out_time >= LONG);
}
INLINE size_t samples_at_once(const Conv *c) {
  const size_t samples = lies_ready(c) || rows_apart(c) > ROWS ? 1 : ROWS / rows_apart(c);
  return samples < c->batch ? samples : c->batch;
}

typedef struct {
  const Conv *c;
  const float *from;
  float *to;
} Copy;

static void to_strip(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  const size_t apart = rows_apart(c) * c->stride, size = in_group(c);
  for (size_t i = first; i < end; i++) {
    const size_t position = i % apart - c->left; // far beyond the signal where it would be negative
    if (position < used(c)) memcpy(copy->to + i * size, copy->from + (i / apart * c->time + position) * c->channels, size * sizeof(float));
    else memset(copy->to + i * size, 0, size * sizeof(float));
  }
}

static void from_strip(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  const size_t apart = rows_apart(c) * c->stride, size = in_group(c);
  for (size_t i = first; i < end; i++) {
    const size_t position = i % c->time;
    const float *from = copy->from + (i / c->time * apart + c->left + position) * size;
    if (position < used(c)) memcpy(copy->to + i * c->channels, from, size * sizeof(float));
    else memset(copy->to + i * c->channels, 0, size * sizeof(float));
  }
}

static void to_rows(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  const size_t size = out_group(c);
  for (size_t row = first; row < end; row++) {
    const size_t sample = row / rows_apart(c), t = row % rows_apart(c);
    if (t < c->out_time) memcpy(copy->to + row * size, copy->from + (sample * c->out_time + t) * c->out_channels, size * sizeof(float));
    else memset(copy->to + row * size, 0, size * sizeof(float));
  }
}

static void from_rows(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  const size_t size = out_group(c);
  for (size_t i = first; i < end; i++) {
    const size_t row = i / c->out_time * rows_apart(c) + i % c->out_time;
    memcpy(copy->to + i * c->out_channels, copy->from + row * size, size * sizeof(float));
  }
}

INLINE size_t copy_grain(size_t floats) { return GRAIN / (floats + 1) + 1; }

// Some samples of one group: what windows see of x, and the windows' results or their gradients.
typedef struct {
  size_t first, samples, group;
} Block;

// A strip's positions follow each other without a gap, `size` floats each.
typedef struct {
  const float *data;
  size_t size;
} Strip;

static Strip strip_of(const Conv *c, const float *x, Block block) {
  const float *from = x + block.first * c->time * c->channels + block.group * in_group(c);
  if (lies_ready(c)) return (Strip){from, c->channels};
  const size_t length = strip_length(c, block.samples);
  float *to = scratch(SCRATCH_CONV_IN, length * in_group(c));
  parallel(length, copy_grain(in_group(c)), to_strip, &(Copy){c, from, to});
  return (Strip){to, in_group(c)};
}

// Where this block's results begin among all.
INLINE size_t results_at(const Conv *c, Block block) {
  return block.first * c->out_time * c->out_channels + block.group * out_group(c);
}

// The gradients of a block's results, a row for each window of the strip, zero for those that no sample has.
static Matrix rows_of(const Conv *c, const float *dout, Block block) {
  const float *from = dout + results_at(c, block);
  if (block.samples == 1) return (Matrix){from, c->out_channels, 1};
  const size_t rows = num_rows(c, block.samples);
  float *to = scratch(SCRATCH_CONV_OUT, rows * out_group(c));
  parallel(rows, copy_grain(out_group(c)), to_rows, &(Copy){c, from, to});
  return (Matrix){to, out_group(c), 1};
}

typedef struct {
  const Conv *c;
  const float *x, *dout, *bias;
  const float *weight; // [groups, depth, out_group], or as the caller has it where there is one group
  float *result;
} Run;

INLINE const float *weight_of(const Run *run, size_t group) { return run->weight + group * depth(run->c) * out_group(run->c); }

// Does something for each block of each group; samples of a group come in their order.
static void for_blocks(const Run *run, Body *groups) {
  if (run->c->groups >= MANY_GROUPS) parallel(run->c->groups, 1, groups, run);
  else groups(run, 0, run->c->groups);
}
INLINE Block next_block(const Conv *c, Block block) {
  const size_t first = block.first + block.samples, left = c->batch - first, samples = samples_at_once(c);
  return (Block){first, samples < left ? samples : left, block.group};
}

static void convolve_groups(const void *call, size_t first, size_t end) {
  const Run *run = call;
  const Conv *c = run->c;
  for (size_t group = first; group < end; group++) {
    for (Block block = next_block(c, (Block){0, 0, group}); block.samples > 0; block = next_block(c, block)) {
      const Strip strip = strip_of(c, run->x, block);
      const size_t rows = num_rows(c, block.samples);
      const int is_direct = block.samples == 1;
      float *out = run->result + results_at(c, block);
      float *to = is_direct ? out : scratch(SCRATCH_CONV_OUT, rows * out_group(c));
      gemm(&(Product){
          .a = {strip.data, c->stride * strip.size, 1}, .b = {weight_of(run, group), out_group(c), 1},
          .c = to, .c_stride = is_direct ? c->out_channels : out_group(c),
          .m = rows, .n = out_group(c), .k = depth(c), .batches = 1,
          .bias = run->bias ? run->bias + group * out_group(c) : NULL,
      });
      if (!is_direct) parallel(block.samples * c->out_time, copy_grain(out_group(c)), from_rows, &(Copy){c, to, out});
    }
  }
}

static void split_weight(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t row = first; row < end; row++) {
    for (size_t group = 0; group < c->groups; group++) {
      memcpy(copy->to + (group * depth(c) + row) * out_group(c), copy->from + row * c->out_channels + group * out_group(c),
             out_group(c) * sizeof(float));
    }
  }
}

// The weight's columns of each group by themselves.
static const float *weights_apart(const Conv *c, const float *weight) {
  if (c->groups == 1) return weight;
  float *to = scratch(SCRATCH_CONV_WEIGHT, depth(c) * c->out_channels);
  parallel(depth(c), copy_grain(c->out_channels), split_weight, &(Copy){c, weight, to});
  return to;
}

// out [batch, out_time, out_channels] of x [batch, time, channels] and weight [kernel · channels / groups, out_channels]; output channels
// of a group stand beside each other. Positions before and after the signal count as zero. bias [out_channels] may be null.
void conv1d_f32(const float *x, const float *weight, const float *bias, float *out, size_t batch, size_t time, size_t channels,
                size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  if (out_time == 0) return;
  for_blocks(&(Run){.c = &c, .x = x, .bias = bias, .weight = weights_apart(&c, weight), .result = out}, convolve_groups);
}

static void weigh_groups(const void *call, size_t first, size_t end) {
  const Run *run = call;
  const Conv *c = run->c;
  for (size_t group = first; group < end; group++) {
    for (Block block = next_block(c, (Block){0, 0, group}); block.samples > 0; block = next_block(c, block)) {
      const Strip strip = strip_of(c, run->x, block);
      gemm(&(Product){
          .a = {strip.data, 1, c->stride * strip.size}, .b = rows_of(c, run->dout, block),
          .c = run->result + group * out_group(c), .c_stride = c->out_channels,
          .m = depth(c), .n = out_group(c), .k = num_rows(c, block.samples), .batches = 1,
          .adds = block.first > 0,
      });
    }
  }
}

// dweight as weight, of dout [batch, out_time, out_channels].
void conv1d_grad_weight_f32(const float *dout, const float *x, float *dweight, size_t batch, size_t time, size_t channels,
                            size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  if (batch == 0 || out_time == 0) memset(dweight, 0, depth(&c) * out_channels * sizeof(float));
  else for_blocks(&(Run){.c = &c, .x = x, .dout = dout, .result = dweight}, weigh_groups);
}

// Kernels turned round, with input and output changing places: [groups, kernel · out_group, in_group].
static void turn_weight(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t turn = first; turn < end; turn++) {
    const size_t group = turn % c->groups, k = turn / c->groups;
    const float *from = copy->from + k * in_group(c) * c->out_channels + group * out_group(c);
    float *to = copy->to + (group * c->kernel + c->kernel - 1 - k) * out_group(c) * in_group(c);
    for (size_t o = 0; o < out_group(c); o += TOGETHER) { // as many lines of the result stay in the first cache
      const size_t last = o + TOGETHER < out_group(c) ? o + TOGETHER : out_group(c);
      for (size_t j = 0; j < in_group(c); j++) {
        for (size_t i = o; i < last; i++) to[i * in_group(c) + j] = from[j * c->out_channels + i];
      }
    }
  }
}

// The first `stride` positions of every window are a product whose rows do not overlap, and so are the next, which are added one row
// further down, and so on.
static void spread(const Conv *c, Matrix rows, size_t count, const float *weight, float *dstrip, size_t size, size_t length) {
  const size_t covered = c->kernel < c->stride ? 0 : count * c->stride; // positions that the first product writes
  memset(dstrip + covered * size, 0, (length - covered) * size * sizeof(float));
  for (size_t first = 0; first < c->kernel; first += c->stride) {
    const size_t positions = c->kernel - first < c->stride ? c->kernel - first : c->stride;
    gemm(&(Product){
        .a = rows, .b = {weight + first * in_group(c) * out_group(c), 1, out_group(c)},
        .c = dstrip + first * size, .c_stride = c->stride * size,
        .m = count, .n = positions * in_group(c), .k = out_group(c), .batches = 1,
        .adds = first > 0,
    });
  }
}

static void spread_groups(const void *call, size_t first, size_t end) {
  const Run *run = call;
  const Conv *c = run->c;
  for (size_t group = first; group < end; group++) {
    for (Block block = next_block(c, (Block){0, 0, group}); block.samples > 0; block = next_block(c, block)) {
      const Matrix rows = rows_of(c, run->dout, block);
      const size_t count = num_rows(c, block.samples), length = strip_length(c, block.samples), size = in_group(c);
      float *dx = run->result + block.first * c->time * c->channels + group * size;
      if (lies_ready(c)) {
        spread(c, rows, count, weight_of(run, group), dx, size, c->time);
      } else {
        float *dstrip = scratch(SCRATCH_CONV_IN, length * size);
        spread(c, rows, count, weight_of(run, group), dstrip, size, length);
        parallel(block.samples * c->time, copy_grain(size), from_strip, &(Copy){c, dstrip, dx});
      }
    }
  }
}

// dx [batch, time, channels] of dout [batch, out_time, out_channels].
void conv1d_grad_input_f32(const float *dout, const float *weight, float *dx, size_t batch, size_t time, size_t channels,
                           size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  if (out_time == 0) {
    memset(dx, 0, batch * time * channels * sizeof(float));
  } else if (stride == 1) { // a convolution again
    const Conv back = {batch, out_time, out_channels, kernel, 1, groups, kernel - 1 - left, time, channels};
    float *turned = scratch(SCRATCH_CONV_WEIGHT, depth(&c) * out_channels);
    parallel(kernel * groups, copy_grain(in_group(&c) * out_group(&c)), turn_weight, &(Copy){&c, weight, turned});
    for_blocks(&(Run){.c = &back, .x = dout, .weight = turned, .result = dx}, convolve_groups);
  } else {
    for_blocks(&(Run){.c = &c, .dout = dout, .weight = weights_apart(&c, weight), .result = dx}, spread_groups);
  }
}
