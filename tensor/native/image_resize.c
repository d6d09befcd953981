// A part of an image scaled to some size, in two passes with weights that are found once: first down the columns, LANES rows of the result
// at a time, which are then turned to lie across the vectors; so the second pass, along the rows, also works on whole vectors, whatever
// the number of channels. Nothing outside of the part is looked at.
#include "image_views.h"

// For each pixel along an axis of the result: the first of the `taps` pixels that it is made of, and their weights.
typedef struct {
  size_t taps, room; // room: floats from one pixel's weights to the next
  uint32_t *first;
  float *weights;
} Filter;

// Linear, or cubic with Pillow's −½; PyTorch has −¾ where there is no antialias.
static double weight_at(double x, int cubic, double a) {
  x = x < 0 ? -x : x;
  if (!cubic) return x < 1 ? 1 - x : 0;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

// How much wider the filter is than for the result's own pixels.
static double stretch_of(size_t from, size_t to, int antialias) {
  return antialias && from > to ? (double)from / (double)to : 1;
}
static size_t filter_room(size_t from, size_t to, int cubic, int antialias) {
  return (size_t)((cubic ? 4 : 2) * stretch_of(from, to, antialias)) + 2;
}
static size_t filter_floats(size_t room, size_t count) { return round_up(count * (room + 1), LANES); }

// The weights of one pixel of the result, from that of pixel *first on; how many there are. They add up to `total`.
static size_t weigh(double centre, ptrdiff_t last, double stretch, const Resize *resize, float total, size_t room, uint32_t *first,
                    float *weights) {
  const double support = (resize->cubic ? 2 : 1) * stretch, squeeze = 1 / stretch, a = resize->antialias ? -0.5 : -0.75;
  ptrdiff_t begin = (ptrdiff_t)(centre - support + (double)room) + 1 - (ptrdiff_t)room; // rounds down, also below 0
  if (begin < 0 && resize->antialias) begin = 0;                                        // else the border's pixel goes on
  const ptrdiff_t lowest = begin < 0 ? 0 : begin > last ? last : begin;
  for (size_t k = 0; k < room; k++) weights[k] = 0;
  double sum = 0;
  size_t count = 0;
  for (ptrdiff_t j = begin; (double)j < centre + support && (j <= last || !resize->antialias); j++) {
    const double weight = weight_at(((double)j - centre) * squeeze, resize->cubic, a);
    const size_t at = (size_t)((j < 0 ? 0 : j > last ? last : j) - lowest);
    weights[at] += (float)weight;
    sum += weight;
    count = at + 1;
  }
  const double factor = (double)total / sum;
  for (size_t k = 0; k < count; k++) weights[k] = (float)((double)weights[k] * factor);
  *first = (uint32_t)lowest;
  return count;
}

// For the pixels [start, start + count) of an axis of `from` pixels that is scaled to `to`, at `work`.
static Filter make_filter(float *work, size_t from, size_t to, size_t start, size_t count, const Resize *resize, int flip, float total) {
  const double stretch = stretch_of(from, to, resize->antialias), scale = (double)from / (double)to;
  Filter filter = {.room = filter_room(from, to, resize->cubic, resize->antialias), .first = (uint32_t *)work, .weights = work + count};
  for (size_t i = 0; i < count; i++) {
    const size_t place = flip ? count - 1 - i : i;
    const double centre = ((double)(start + i) + 0.5) * scale - 0.5;
    const size_t taps = weigh(centre, (ptrdiff_t)from - 1, stretch, resize, total, filter.room, filter.first + place,
                              filter.weights + place * filter.room);
    if (taps > filter.taps) filter.taps = taps;
  }
  for (size_t i = 0; i < count; i++) { // as many taps for each pixel: the last ones start earlier
    if (filter.first[i] + filter.taps <= from) continue;
    const size_t late = filter.first[i] + filter.taps - from;
    float *weights = filter.weights + i * filter.room;
    for (size_t k = filter.taps; k-- > 0;) weights[k] = k < late ? 0 : weights[k - late];
    filter.first[i] -= (uint32_t)late;
  }
  return filter;
}

// Σ weights[k] · load_from(at + k · stride), of as many as each pixel has, with a loop only beyond eight.
#define TAP(k, load_from) sum += weights[k] * load_from(at + (k) * stride);
#define TAPS(taps, load_from)                                                                                                         \
  switch (taps) {                                                                                                                     \
    default:                                                                                                                          \
      for (size_t k = 8; k < taps; k++) TAP(k, load_from) /* fall through */                                                          \
    case 8: TAP(7, load_from) /* fall through */                                                                                      \
    case 7: TAP(6, load_from) /* fall through */                                                                                      \
    case 6: TAP(5, load_from) /* fall through */                                                                                      \
    case 5: TAP(4, load_from) /* fall through */                                                                                      \
    case 4: TAP(3, load_from) /* fall through */                                                                                      \
    case 3: TAP(2, load_from) /* fall through */                                                                                      \
    case 2: TAP(1, load_from) /* fall through */                                                                                      \
    case 1: TAP(0, load_from)                                                                                                         \
  }

Resize read_resize(const float *numbers) {
  return (Resize){
    .top = (size_t)numbers[0],
    .left = (size_t)numbers[1],
    .height = (size_t)numbers[2],
    .width = (size_t)numbers[3],
    .rows = (size_t)numbers[4],
    .columns = (size_t)numbers[5],
    .window_top = (size_t)numbers[6],
    .window_left = (size_t)numbers[7],
    .window_height = (size_t)numbers[8],
    .window_width = (size_t)numbers[9],
    .cubic = numbers[10] != 0,
    .antialias = numbers[11] != 0,
    .flip = numbers[12] != 0,
  };
}

size_t resize_floats(const Resize *resize, size_t channels) {
  const size_t down = filter_room(resize->height, resize->rows, resize->cubic, resize->antialias);
  const size_t across = filter_room(resize->width, resize->columns, resize->cubic, resize->antialias);
  return filter_floats(down, resize->window_height) + filter_floats(across, resize->window_width) +
         round_up(resize->width * channels, LANES) * LANES;
}

// LANES elements of one column after another: rows [y, y + rows) of the result in the vectors of `band`.
#define DOWN(name, type, load_all, load_some)                                                                                         \
  static void name(const type *from, size_t stride, size_t length, const Filter *filter, size_t y, size_t rows, float *band) {        \
    for (size_t i = 0; i < length; i += LANES) {                                                                                      \
      const size_t n = length - i;                                                                                                    \
      vec lines[LANES];                                                                                                               \
      for (size_t r = 0; r < LANES; r++) {                                                                                            \
        const size_t row = r < rows ? y + r : y;                                                                                      \
        const float *weights = filter->weights + row * filter->room;                                                                  \
        const type *at = from + filter->first[row] * stride + i;                                                                      \
        vec sum = {0};                                                                                                                \
        if (n >= LANES) TAPS(filter->taps, load_all)                                                                                  \
        else {                                                                                                                        \
          for (size_t k = 0; k < filter->taps; k++) sum += weights[k] * load_some(at + k * stride, n);                                \
        }                                                                                                                             \
        lines[r] = sum;                                                                                                               \
      }                                                                                                                               \
      transpose_lanes(lines);                                                                                                         \
      for (size_t j = 0; j < LANES; j++) store(band + (i + j) * LANES, lines[j]);                                                     \
    }                                                                                                                                 \
  }
DOWN(bytes_down, uint8_t, load_bytes, load_some_bytes)
DOWN(floats_down, float, load, load_part)

// From a band, where pixels are `stride` floats apart, rows [y, y + rows) of a channel of the result.
static void across(const float *band, size_t stride, const Filter *filter, int cubic, const Picture *to, size_t channel, size_t y,
                   size_t rows) {
  for (size_t x = 0; x < to->width; x += LANES) {
    vec lines[LANES];
    for (size_t j = 0; j < LANES; j++) {
      const size_t column = x + j < to->width ? x + j : to->width - 1;
      const float *weights = filter->weights + column * filter->room;
      const float *at = band + filter->first[column] * stride;
      vec sum = {0};
      TAPS(filter->taps, load)
      lines[j] = cubic ? clip(sum) : sum; // a cubic filter overshoots
    }
    transpose_lanes(lines);
    for (size_t r = 0; r < rows; r++) store(row_of(to, channel, y + r) + x, lines[r]);
  }
}

void resize_picture(const Resize *resize, const Pixels *pixels, Picture *to, float *work) {
  const size_t channels = pixels->channels;
  const size_t down_room = filter_room(resize->height, resize->rows, resize->cubic, resize->antialias);
  const size_t across_room = filter_room(resize->width, resize->columns, resize->cubic, resize->antialias);
  float *across_work = work + filter_floats(down_room, resize->window_height);
  float *band = across_work + filter_floats(across_room, resize->window_width);
  const Filter down = make_filter(work, resize->height, resize->rows, resize->window_top, resize->window_height, resize, 0,
                                  pixels->bytes ? 1.0f / 255 : 1);
  const Filter columns =
    make_filter(across_work, resize->width, resize->columns, resize->window_left, resize->window_width, resize, resize->flip, 1);
  shape_picture(to, resize->window_height, resize->window_width, channels);
  const size_t length = resize->width * channels, row_length = pixels->width * channels;
  const size_t start = resize->top * row_length + resize->left * channels;
  for (size_t y = 0; y < to->height; y += LANES) {
    const size_t rows = to->height - y < LANES ? to->height - y : LANES;
    if (pixels->picture) {
      for (size_t c = 0; c < channels; c++) {
        const float *from = row_of(pixels->picture, c, resize->top) + resize->left;
        floats_down(from, pixels->picture->stride, resize->width, &down, y, rows, band);
        across(band, LANES, &columns, resize->cubic, to, c, y, rows);
      }
      continue;
    }
    if (pixels->bytes) bytes_down(pixels->bytes + start, row_length, length, &down, y, rows, band);
    else floats_down(pixels->floats + start, row_length, length, &down, y, rows, band);
    for (size_t c = 0; c < channels; c++) across(band + c * LANES, channels * LANES, &columns, resize->cubic, to, c, y, rows);
  }
}
