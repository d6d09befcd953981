// Convolution along time and its gradients. In a signal [time, channels] the numbers under a kernel lie one after the other, and the next
// window begins `stride` positions later: so all windows are a matrix whose rows overlap, and the product reads them where they are.
// Padding and groups need the signal once more, padded and with the channels of a group beside each other. Of short signals the windows
// are copied, so that those of several samples make one product. The order of all sums depends on the sizes alone.
#include "gemm.h"
#include "scratch.h"
#include "threads.h"
#include "vector.h"

typedef struct {
  size_t batch, time, channels, kernel, stride, groups, left, out_time, out_channels; // `left` positions of padding come first
} Conv;

enum { LONG = 256, ROWS = 1024 }; // windows of a sample that make a product of their own; of several samples together

INLINE size_t in_group(const Conv *c) { return c->channels / c->groups; }
INLINE size_t out_group(const Conv *c) { return c->out_channels / c->groups; }
INLINE size_t window(const Conv *c) { return c->kernel * in_group(c); }                   // floats
INLINE size_t reach(const Conv *c) { return (c->out_time - 1) * c->stride + c->kernel; } // padded positions that windows see

INLINE size_t samples_at_once(const Conv *c) {
  if (c->groups > 1 || c->out_time >= LONG) return 1;
  const size_t samples = ROWS / c->out_time;
  return samples < c->batch ? samples : c->batch;
}
INLINE int lies_ready(const Conv *c) { return c->groups == 1 && c->left == 0 && reach(c) <= c->time; }

typedef struct {
  const Conv *c;
  const float *from;
  float *to;
} Copy;

// Positions [first, first + count) of a group's channels, zeros outside of the signal, where first may lie below 0.
INLINE void copy_positions(const Conv *c, const float *from, size_t first, size_t count, float *to) {
  for (size_t i = 0; i < count; i++, to += in_group(c)) {
    if (first + i < c->time) memcpy(to, from + (first + i) * c->channels, in_group(c) * sizeof(float));
    else memset(to, 0, in_group(c) * sizeof(float));
  }
}

static void copy_windows(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t row = first; row < end; row++) {
    const float *sample = copy->from + row / c->out_time * c->time * c->channels;
    copy_positions(c, sample, row % c->out_time * c->stride - c->left, c->kernel, copy->to + row * window(c));
  }
}

static void copy_groups(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t i = first; i < end; i++) {
    const size_t group = i / reach(c), position = i % reach(c);
    copy_positions(c, copy->from + group * in_group(c), position - c->left, 1, copy->to + i * in_group(c));
  }
}

// The windows of some samples: a matrix for each group, from window to window and from group to group so many floats apart.
typedef struct {
  const float *data;
  size_t row, group;
} Windows;

static Windows windows_of(const Conv *c, const float *x, size_t samples) {
  if (samples > 1) {
    const size_t rows = samples * c->out_time;
    float *to = scratch(SCRATCH_CONV, rows * window(c));
    parallel(rows, GRAIN / (window(c) + 1) + 1, copy_windows, &(Copy){c, x, to});
    return (Windows){to, window(c), 0};
  }
  if (lies_ready(c)) return (Windows){x, c->stride * c->channels, 0};
  float *to = scratch(SCRATCH_CONV, c->groups * reach(c) * in_group(c));
  parallel(c->groups * reach(c), GRAIN / (in_group(c) + 1) + 1, copy_groups, &(Copy){c, x, to});
  return (Windows){to, c->stride * in_group(c), reach(c) * in_group(c)};
}

static void repeat_bias(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const size_t dim = copy->c->out_channels;
  for (size_t row = first; row < end; row++) memcpy(copy->to + row * dim, copy->from, dim * sizeof(float));
}

// out [batch, out_time, out_channels] of x [batch, time, channels] and weight [kernel · channels / groups, out_channels]; output channels
// of a group stand beside each other. Positions before and after the signal count as zero. bias [out_channels] may be null.
void conv1d_f32(const float *x, const float *weight, const float *bias, float *out, size_t batch, size_t time, size_t channels,
                size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  const int starts_with_bias = bias && groups > 1; // a product has one bias for all groups
  if (starts_with_bias) {
    parallel(batch * out_time, GRAIN / (out_channels + 1) + 1, repeat_bias, &(Copy){&c, bias, out});
  }
  for (size_t first = 0, samples = samples_at_once(&c); first < batch; first += samples) {
    if (samples > batch - first) samples = batch - first;
    const Windows windows = windows_of(&c, x + first * time * channels, samples);
    gemm(&(Product){
        .a = {windows.data, windows.row, 1}, .b = {weight, out_channels, 1},
        .c = out + first * out_time * out_channels, .c_stride = out_channels,
        .m = samples * out_time, .n = out_group(&c), .k = window(&c),
        .batches = groups, .a_step = windows.group, .b_step = out_group(&c), .c_step = out_group(&c),
        .bias = starts_with_bias ? NULL : bias, .adds = starts_with_bias,
    });
  }
}

// dweight as weight, of dout [batch, out_time, out_channels].
void conv1d_grad_weight_f32(const float *dout, const float *x, float *dweight, size_t batch, size_t time, size_t channels,
                            size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  if (batch == 0) memset(dweight, 0, window(&c) * out_channels * sizeof(float));
  for (size_t first = 0, samples = samples_at_once(&c); first < batch; first += samples) {
    if (samples > batch - first) samples = batch - first;
    const Windows windows = windows_of(&c, x + first * time * channels, samples);
    gemm(&(Product){
        .a = {windows.data, 1, windows.row}, .b = {dout + first * out_time * out_channels, out_channels, 1},
        .c = dweight, .c_stride = out_channels,
        .m = window(&c), .n = out_group(&c), .k = samples * out_time,
        .batches = groups, .a_step = windows.group, .b_step = out_group(&c), .c_step = out_group(&c),
        .adds = first > 0,
    });
  }
}

// Adds up where windows overlap, the earlier window first.
static void add_windows(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t i = first; i < end; i++) {
    const size_t sample = i / c->time, position = i % c->time + c->left;
    const size_t after = position / c->stride + 1, before = position < c->kernel ? 0 : (position - c->kernel) / c->stride + 1;
    const size_t end_window = after < c->out_time ? after : c->out_time;
    const float *windows = copy->from + sample * c->out_time * window(c);
    float *to = copy->to + i * c->channels;
    for (size_t j = 0; j < c->channels; j += LANES) {
      vec sum = {0};
      for (size_t t = before; t < end_window; t++) {
        sum += load_lanes(windows + t * window(c) + (position - t * c->stride) * c->channels + j, c->channels - j);
      }
      store_lanes(to + j, sum, c->channels - j);
    }
  }
}

static void join_groups(const void *call, size_t first, size_t end) {
  const Copy *copy = call;
  const Conv *c = copy->c;
  for (size_t i = first; i < end; i++) {
    const size_t position = i + c->left;
    for (size_t group = 0; group < c->groups; group++) {
      float *to = copy->to + i * c->channels + group * in_group(c);
      if (position < reach(c)) memcpy(to, copy->from + (group * reach(c) + position) * in_group(c), in_group(c) * sizeof(float));
      else memset(to, 0, in_group(c) * sizeof(float));
    }
  }
}

// One sample's dx, `length` positions a group: the first `stride` positions of every window are a product whose rows do not overlap, and
// so are the next, which are added one row further down, and so on.
static void add_products(const Conv *c, const float *dout, const float *weight, float *dx, size_t length) {
  const size_t covered = c->kernel < c->stride ? 0 : c->out_time * c->stride; // positions that the first product writes
  for (size_t group = 0; group < c->groups; group++) {
    memset(dx + (group * length + covered) * in_group(c), 0, (length - covered) * in_group(c) * sizeof(float));
  }
  for (size_t first = 0; first < c->kernel; first += c->stride) {
    const size_t positions = c->kernel - first < c->stride ? c->kernel - first : c->stride;
    gemm(&(Product){
        .a = {dout, c->out_channels, 1}, .b = {weight + first * in_group(c) * c->out_channels, 1, c->out_channels},
        .c = dx + first * in_group(c), .c_stride = c->stride * in_group(c),
        .m = c->out_time, .n = positions * in_group(c), .k = out_group(c),
        .batches = c->groups, .a_step = out_group(c), .b_step = out_group(c), .c_step = length * in_group(c),
        .adds = first > 0,
    });
  }
}

// dx [batch, time, channels] of dout [batch, out_time, out_channels].
void conv1d_grad_input_f32(const float *dout, const float *weight, float *dx, size_t batch, size_t time, size_t channels,
                           size_t kernel, size_t stride, size_t groups, size_t left, size_t out_time, size_t out_channels) {
  const Conv c = {batch, time, channels, kernel, stride, groups, left, out_time, out_channels};
  for (size_t first = 0, samples = samples_at_once(&c); first < batch; first += samples) {
    if (samples > batch - first) samples = batch - first;
    const float *from = dout + first * out_time * out_channels;
    float *to = dx + first * time * channels;
    if (samples > 1) {
      float *windows = scratch(SCRATCH_CONV, samples * out_time * window(&c));
      gemm(&(Product){
          .a = {from, out_channels, 1}, .b = {weight, 1, out_channels}, .c = windows, .c_stride = window(&c),
          .m = samples * out_time, .n = window(&c), .k = out_channels, .batches = 1,
      });
      parallel(samples * time, GRAIN / (channels + 1) + 1, add_windows, &(Copy){&c, windows, to});
    } else if (lies_ready(&c)) {
      add_products(&c, from, weight, to, time);
    } else {
      float *groups_apart = scratch(SCRATCH_CONV, groups * reach(&c) * in_group(&c));
      add_products(&c, from, weight, groups_apart, reach(&c));
      parallel(time, GRAIN / (channels + 1) + 1, join_groups, &(Copy){&c, groups_apart, to});
    }
  }
}
