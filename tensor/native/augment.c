// Views of images for training: a part of each, stretched to the whole's size and mirrored or not, and of it one or several views, each
// in its own light, normalized. An image is read once; its stretched part lies where its last view will, so that a sample stays in the
// first cache from its pixels to its views. On one thread and in memory of the caller's, so that it may run beside a training step.
#include "vector.h"

enum { TOP, LEFT, ROWS, COLUMNS, FLIP, LIGHTS };            // an image's numbers in `edits`, and from LIGHTS on for each view:
enum { BRIGHTNESS, CONTRAST, CONTRAST_FIRST, PER_LIGHT };
enum { WIDEST = 16 };                                       // LANES of the widest vectors

// A pixel of the result lies between two of the part.
typedef struct {
  uint32_t first, second;
  float weight; // of the second
} Source;

// Along an axis of `size` pixels, from centre to centre of `box` ones; doubles, as weights are small differences.
INLINE Source source(size_t i, size_t size, size_t box) {
  double centre = ((double)i + 0.5) * (double)box / (double)size - 0.5;
  if (centre < 0) centre = 0;
  if (centre > (double)(box - 1)) centre = (double)(box - 1);
  const uint32_t below = (uint32_t)centre;
  return (Source){below, below + 1 < box ? below + 1 : below, (float)(centre - below)};
}

INLINE void stretch(const uint8_t *row, const Source *columns, size_t width, size_t channels, float *to) {
  for (size_t x = 0; x < width; x++) {
    const uint8_t *first = row + columns[x].first, *second = row + columns[x].second;
    for (size_t c = 0; c < channels; c++, to++) *to = first[c] + columns[x].weight * (float)(second[c] - first[c]);
  }
}

static void stretch_row(const uint8_t *row, const Source *columns, size_t width, size_t channels, float *to) {
  if (channels == 1) stretch(row, columns, width, 1, to);
  else if (channels == 3) stretch(row, columns, width, 3, to);
  else stretch(row, columns, width, channels, to);
}

// out [height, width, channels] in 0…1; `lines` has room for two rows of it.
static void crop(const uint8_t *image, const float *edit, Source *columns, float *lines, float *out, size_t height, size_t width,
                 size_t channels) {
  const size_t box_rows = (size_t)edit[ROWS], box_columns = (size_t)edit[COLUMNS], length = width * channels;
  for (size_t i = 0; i < width; i++) {
    Source at = source(i, width, box_columns);
    at.first = (uint32_t)(((size_t)edit[LEFT] + at.first) * channels);
    at.second = (uint32_t)(((size_t)edit[LEFT] + at.second) * channels);
    columns[edit[FLIP] != 0 ? width - 1 - i : i] = at;
  }
  size_t held[2] = {SIZE_MAX, SIZE_MAX}; // rows of the part that `lines` has: the even and the odd one
  for (size_t y = 0; y < height; y++) {
    const Source at = source(y, height, box_rows);
    const uint32_t rows[2] = {at.first, at.second};
    for (int i = 0; i < 2; i++) {
      if (held[rows[i] % 2] == rows[i]) continue;
      stretch_row(image + ((size_t)edit[TOP] + rows[i]) * length, columns, width, channels, lines + rows[i] % 2 * length);
      held[rows[i] % 2] = rows[i];
    }
    const float *first = lines + at.first % 2 * length, *second = lines + at.second % 2 * length;
    float *restrict to = out + y * length;
    for (size_t j = 0; j < length; j++) to[j] = (first[j] + at.weight * (second[j] - first[j])) * (1.0f / 255);
  }
}

INLINE vec clip(vec x) { return choose(x < 0.0f, splat(0), choose(x > 1.0f, splat(1), x)); }

// For pixels one after the other a table of `channels` vectors tells each lane's channel; after the last vector comes the first.
INLINE void repeat(float *table, size_t channels, size_t c, float value) {
  for (size_t i = c; i < channels * LANES; i += channels) table[i] = value;
}
INLINE size_t next(size_t place, size_t channels) { return place + LANES < channels * LANES ? place + LANES : 0; }

// Of the grey of `factor` times the image, clipped. Sums of 64 vectors are added up, so that they stay exact enough for large images.
static float mean_grey(const float *x, const float *grey, float factor, size_t size, size_t channels) {
  vec total = {0};
  for (size_t i = 0, place = 0; i < size;) {
    vec sum = {0};
    const size_t end = size - i < 64 * LANES ? size : i + 64 * LANES;
    for (; i < end; i += LANES, place = next(place, channels)) sum += clip(load_lanes(x + i, size - i) * factor) * load(grey + place);
    total += sum;
  }
  return sum_lanes(total) / (float)(size / channels);
}

// One view: brightness scales, contrast scales the distance from the mean grey, in the light's order, and each clips.
static void view(const float *x, float *out, const float *light, const float *grey, const float *factors, const float *shifts,
                 size_t size, size_t channels) {
  const float brightness = light[BRIGHTNESS], contrast = light[CONTRAST];
  if (brightness == 1 && contrast == 1) {
    for (size_t i = 0, place = 0; i < size; i += LANES, place = next(place, channels)) {
      store_lanes(out + i, load_lanes(x + i, size - i) * load(factors + place) - load(shifts + place), size - i);
    }
    return;
  }
  const int contrast_first = light[CONTRAST_FIRST] != 0;
  const float offset = (1 - contrast) * mean_grey(x, grey, contrast_first ? 1 : brightness, size, channels);
  const float first = contrast_first ? contrast : brightness, first_offset = contrast_first ? offset : 0;
  const float second = contrast_first ? brightness : contrast, second_offset = contrast_first ? 0 : offset;
  for (size_t i = 0, place = 0; i < size; i += LANES, place = next(place, channels)) {
    const vec lit = clip(clip(load_lanes(x + i, size - i) * first + first_offset) * second + second_offset);
    store_lanes(out + i, lit * load(factors + place) - load(shifts + place), size - i);
  }
}

// out [views, batch, height, width, channels] from images of the same shape in 0…255. `edits` [batch, LIGHTS + views · PER_LIGHT];
// statistics [3, channels]: 1 / std, mean / std, and the channel's share of the grey. `work` has 3 · width + 2 · width · channels +
// 3 · WIDEST · channels floats.
void augment_f32(const uint8_t *images, const float *edits, const float *statistics, float *work, float *out, size_t views,
                 size_t batch, size_t height, size_t width, size_t channels) {
  const size_t size = height * width * channels;
  if (size == 0 || views == 0) return;
  Source *columns = (Source *)work;
  float *lines = work + width * sizeof(Source) / sizeof(float);
  float *factors = lines + 2 * width * channels, *shifts = factors + WIDEST * channels, *grey = shifts + WIDEST * channels;
  for (size_t c = 0; c < channels; c++) {
    repeat(factors, channels, c, statistics[c]);
    repeat(shifts, channels, c, statistics[channels + c]);
    repeat(grey, channels, c, statistics[2 * channels + c]);
  }
  for (size_t b = 0; b < batch; b++) {
    const float *edit = edits + b * (LIGHTS + views * PER_LIGHT);
    float *part = out + ((views - 1) * batch + b) * size;
    crop(images + b * size, edit, columns, lines, part, height, width, channels);
    for (size_t v = 0; v < views; v++) {
      view(part, out + (v * batch + b) * size, edit + LIGHTS + v * PER_LIGHT, grey, factors, shifts, size, channels);
    }
  }
}
