// Views of images for training: what each image goes through is a list of steps, some of them shared by its views. An image is the work of
// one thread from its pixels to its views, which stay in that core's second cache; steps that change each pixel by itself follow each
// other on one row after another, and the last of them, or the normalization, writes the view.
#include "image_views.h"
#include "platform.h"
#include "scratch.h"
#include "threads.h"

// An image [height, width, channels], of bytes or else of floats.
typedef struct {
  const uint8_t *bytes;
  const float *floats;
  size_t height, width;
} Image;

void set_image(Image *table, size_t index, const uint8_t *bytes, const float *floats, size_t height, size_t width) {
  table[index] = (Image){bytes, floats, height, width};
}

typedef struct {
  const Image *images;
  const int32_t *segments; // [batch, views + 2]: where the shared steps start, those of each view, and where the last one's end
  const float *steps, *statistics;
  float *out;
  size_t views, batch, height, width, channels;
  size_t room, desk_floats; // floats of a picture, and of all that one image needs
} Call;

// Where a thread works.
typedef struct {
  Picture shared, view;
  float *spare; // another picture
  float *work;
} Desk;

INLINE size_t larger(size_t a, size_t b) { return a > b ? a : b; }

// Finds how much memory the largest of all images needs.
static void measure(Call *call) {
  size_t room = plane_floats(call->height, call->width) * call->channels, widest = call->width, work = 0;
  const int32_t *last = call->segments + call->batch * (call->views + 2) - 1;
  for (const float *step = call->steps; step < call->steps + *last; step += 2 + (size_t)step[1]) {
    if ((int)step[0] == RESIZE) {
      const Resize resize = read_resize(step + 2);
      room = larger(room, plane_floats(resize.window_height, resize.window_width) * call->channels);
      widest = larger(widest, resize.window_width);
      work = larger(work, resize_floats(&resize, call->channels));
    }
  }
  call->room = round_up(room, 1024);
  call->desk_floats = 3 * call->room + larger(work, blur_floats(MOST_RADIUS, widest));
}

// What a run of steps on single pixels ends with: nothing, a sum of greys, or the view.
typedef struct {
  double *grey;
  float *out;
  const float *statistics;
} Ending;

// Lane j of the k-th of three vectors of pixels, from the vectors of red, green and blue.
#define PIXEL(k, j) (((k) * LANES + (j)) / 3)
#define FIRST_TWO(k, j) (((k) * LANES + (j)) % 3 == 2 ? 0 : ((k) * LANES + (j)) % 3 * LANES + PIXEL(k, j))
#define WITH_THIRD(k, j) (((k) * LANES + (j)) % 3 == 2 ? LANES + PIXEL(k, j) : (j))
#define LANE4(at, k, j) at(k, j), at(k, (j) + 1), at(k, (j) + 2), at(k, (j) + 3)
#if defined(__AVX512F__)
#define EVERY(at, k) LANE4(at, k, 0), LANE4(at, k, 4), LANE4(at, k, 8), LANE4(at, k, 12)
#elif defined(__AVX__)
#define EVERY(at, k) LANE4(at, k, 0), LANE4(at, k, 4)
#else
#define EVERY(at, k) LANE4(at, k, 0)
#endif
#define INTERLEAVED(k) __builtin_shufflevector(__builtin_shufflevector(r, g, EVERY(FIRST_TWO, k)), b, EVERY(WITH_THIRD, k))

// (value − mean) / std of a row, channels last.
static void write_row(float *const rows[], const float *statistics, size_t width, size_t channels, float *out) {
  const float *inverse = statistics, *shift = statistics + channels;
  if (channels == 1) {
    for (size_t x = 0; x < width; x += LANES) store_lanes(out + x, load(rows[0] + x) * inverse[0] - shift[0], width - x);
  } else if (channels == 3) {
    for (size_t x = 0; x < width; x += LANES) {
      const vec r = load(rows[0] + x) * inverse[0] - shift[0];
      const vec g = load(rows[1] + x) * inverse[1] - shift[1];
      const vec b = load(rows[2] + x) * inverse[2] - shift[2];
      const vec pixels[3] = {INTERLEAVED(0), INTERLEAVED(1), INTERLEAVED(2)};
      memcpy(out + 3 * x, pixels, (width - x < LANES ? width - x : LANES) * 3 * sizeof *out);
    }
  } else {
    for (size_t x = 0; x < width; x++) {
      for (size_t c = 0; c < channels; c++) out[x * channels + c] = rows[c][x] * inverse[c] - shift[c];
    }
  }
}

// Takes steps [step, end), each on single pixels, from one picture to another or in place; only the first may be a contrast.
static void run_steps(const float *step, const float *end, float mean, const Picture *from, const Picture *to, const Ending *ending) {
  const size_t bytes = from->stride * sizeof(float);
  for (size_t y = 0; y < from->height; y++) {
    float *rows[MOST_CHANNELS];
    for (size_t c = 0; c < from->channels; c++) {
      rows[c] = row_of(to, c, y);
      if (to->values != from->values && step < end) memcpy(rows[c], row_of(from, c, y), bytes);
      if (step == end) rows[c] = row_of(from, c, y);
    }
    for (const float *at = step; at < end; at += 2 + (size_t)at[1]) {
      change_row((int)at[0], at[1] > 0 ? at[2] : 0, mean, rows, from->width, from->channels);
    }
    if (ending->grey) *ending->grey += sum_grey(rows, from->width, from->channels);
    if (ending->out) {
      write_row(rows, ending->statistics, from->width, from->channels, ending->out + y * from->width * from->channels);
    }
  }
}

static void change_picture(const float *step, Picture *picture, Desk *desk) {
  const float *numbers = step + 2;
  switch ((int)step[0]) {
    case FLIP: flip_picture(picture); break;
    case BLUR: blur_picture(picture, numbers + 1, (size_t)numbers[0], desk->spare, desk->work); break;
    case SHARPNESS: sharpen_picture(picture, numbers[0], desk->spare); break;
    case AUTOCONTRAST: stretch_contrast(picture); break;
    case EQUALIZE: equalize_picture(picture); break;
    case AFFINE: warp_picture(picture, numbers, desk->spare); break;
    default: erase_picture(picture, numbers);
  }
}

// Scales `pixels` to the picture, which they may lie in themselves.
static void scale(const float *step, Pixels pixels, Picture *picture, Desk *desk) {
  const Resize resize = read_resize(step + 2);
  const Picture before = *picture;
  if (pixels.picture) {
    float *spare = desk->spare;
    if (pixels.picture->values == picture->values) {
      desk->spare = picture->values;
      picture->values = spare;
      pixels.picture = &before;
    }
  }
  resize_picture(&resize, &pixels, picture, desk->work);
}

// Takes steps [step, end) from an image, or from the shared picture where `pixels` has one, to `picture` and on to `out` if there is one.
static void take_steps(const float *step, const float *end, Pixels pixels, Picture *picture, Desk *desk, float *out,
                       const float *statistics) {
  double grey = 0;
  int has_grey = 0;
  while (step < end) {
    if ((int)step[0] == RESIZE) {
      scale(step, pixels, picture, desk);
      pixels = (Pixels){.height = picture->height, .width = picture->width, .channels = picture->channels, .picture = picture};
      step += 2 + (size_t)step[1];
      has_grey = 0;
      continue;
    }
    const Picture *from = pixels.picture;
    if (picture->values != from->values) shape_picture(picture, from->height, from->width, from->channels);
    const float *next = step;
    while (next < end && is_pointwise((int)next[0]) && (next == step || (int)next[0] != CONTRAST)) next += 2 + (size_t)next[1];
    if ((int)step[0] == CONTRAST && !has_grey) {
      grey = 0;
      run_steps(step, step, 0, from, from, &(Ending){.grey = &grey});
    }
    const float mean = (float)(grey / (double)(from->height * from->width));
    grey = 0;
    has_grey = next < end && (int)next[0] == CONTRAST;
    if (next > step) {
      const int is_last = next == end && out;
      run_steps(step, next, mean, from, picture, &(Ending){has_grey ? &grey : NULL, is_last ? out : NULL, statistics});
      if (is_last) return;
    } else {
      if (picture->values != from->values) memcpy(picture->values, from->values, from->plane * from->channels * sizeof(float));
      change_picture(step, picture, desk);
      has_grey = 0;
      next = step + 2 + (size_t)step[1];
    }
    pixels.picture = picture;
    step = next;
  }
  if (out) run_steps(end, end, 0, pixels.picture, pixels.picture, &(Ending){.out = out, .statistics = statistics});
}

static void make_views(const Call *call, size_t b, float *memory) {
  const int32_t *segments = call->segments + b * (call->views + 2);
  Desk desk = {
    .shared.values = memory,
    .view.values = memory + call->room,
    .spare = memory + 2 * call->room,
    .work = memory + 3 * call->room,
  };
  const Image *image = call->images + b;
  Pixels pixels = {
    .height = image->height, .width = image->width, .channels = call->channels, .bytes = image->bytes, .floats = image->floats};
  if (segments[1] > segments[0]) {
    take_steps(call->steps + segments[0], call->steps + segments[1], pixels, &desk.shared, &desk, NULL, NULL);
    pixels = (Pixels){
      .height = desk.shared.height, .width = desk.shared.width, .channels = call->channels, .picture = &desk.shared};
  }
  for (size_t v = 0; v < call->views; v++) {
    float *out = call->out + (v * call->batch + b) * call->height * call->width * call->channels;
    take_steps(call->steps + segments[1 + v], call->steps + segments[2 + v], pixels, &desk.view, &desk, out, call->statistics);
  }
}

static void make_some(const void *call, size_t first, size_t end) {
  const Call *all = call;
  float *memory = scratch(SCRATCH_IMAGES, all->desk_floats);
  for (size_t b = first; b < end; b++) make_views(all, b, memory);
}

// out [views, batch, height, width, channels] of a table of images; statistics [2, channels]: 1 / std and mean / std. `alone`
// is 0 for all threads; 1 for this one, which keeps its memory for the next call; 2 for this one in memory that it gives back, so that a
// thread that will not come again leaves nothing behind. 1 if there is no memory for it.
int32_t image_views_f32(const Image *images, const int32_t *segments, const float *steps, const float *statistics, float *out,
                        size_t views, size_t batch, size_t height, size_t width, size_t channels, int32_t alone) {
  if (batch * views * height * width == 0) return 0;
  Call call = {images, segments, steps, statistics, out, views, batch, height, width, channels, 0, 0};
  measure(&call);
  if (alone == 0) parallel(batch, 1, make_some, &call);
  else if (alone == 1) make_some(&call, 0, batch);
  else {
    float *memory = take_memory(call.desk_floats * sizeof *memory);
    if (!memory) return 1;
    for (size_t b = 0; b < batch; b++) make_views(&call, b, memory);
    give_memory(memory);
  }
  return 0;
}
