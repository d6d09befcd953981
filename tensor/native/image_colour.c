// Steps on the colours of a picture: those that change each pixel by itself, a row at a time, so that several of them follow each other
// while the row is in the first cache, and two that look at the whole picture first. Formulas as in torchvision, in 0…1 and not rounded.
#include "image_views.h"

enum { LEVELS = 256 };
static const float next_level = 255.999f; // levels of torchvision: 0…255 are what they were as bytes

typedef struct { float share[MOST_CHANNELS]; } Shares;

// ITU-R BT.601 of red, green and blue.
INLINE Shares grey_shares(size_t channels) {
  if (channels == 3) return (Shares){{0.299f, 0.587f, 0.114f}};
  const float share = 1.0f / (float)channels;
  return (Shares){{share, share, share, share}};
}

INLINE vec grey_at(float *const rows[], size_t x, size_t channels, const Shares *shares) {
  vec grey = shares->share[0] * load(rows[0] + x);
  for (size_t c = 1; c < channels; c++) grey += shares->share[c] * load(rows[c] + x);
  return grey;
}

float sum_grey(float *const rows[], size_t width, size_t channels) {
  const Shares shares = grey_shares(channels);
  vec sum = {0};
  for (size_t x = 0; x < width; x += LANES) sum += keep_lanes(grey_at(rows, x, channels, &shares), width - x);
  return sum_lanes(sum);
}

// x ← clip(factor · x + offset)
INLINE void scale_row(float *row, size_t width, float factor, float offset) {
  for (size_t x = 0; x < width; x += LANES) store(row + x, clip(factor * load(row + x) + offset));
}

static void saturate_row(float *const rows[], size_t width, float factor) {
  const Shares shares = grey_shares(3);
  for (size_t x = 0; x < width; x += LANES) {
    const vec grey = (1 - factor) * grey_at(rows, x, 3, &shares);
    for (size_t c = 0; c < 3; c++) store(rows[c] + x, clip(factor * load(rows[c] + x) + grey));
  }
}

static void grey_row(float *const rows[], size_t width, size_t channels) {
  const Shares shares = grey_shares(channels);
  for (size_t x = 0; x < width; x += LANES) {
    const vec grey = grey_at(rows, x, channels, &shares);
    for (size_t c = 0; c < channels; c++) store(rows[c] + x, grey);
  }
}

// Between 0 and 6, sixths of the circle from red, green or blue.
INLINE vec wrapped(vec hue) { return choose(hue >= 6.0f, hue - 6.0f, hue); }
// A channel whose hue is n sixths before: most − chroma · clip(min(k, 4 − k)) with k = n + hue (Smith's HSV hexcone in one formula).
INLINE vec channel_of(vec most, vec chroma, vec hue, float n) {
  const vec k = wrapped(hue + n);
  return most - chroma * clip(vec_min(k, 4.0f - k));
}

// Turns the hue, by −½…½ of the circle.
static void turn_row(float *const rows[], size_t width, float shift) {
  const float sixths = 6 * (shift < 0 ? shift + 1 : shift);
  for (size_t x = 0; x < width; x += LANES) {
    const vec red = load(rows[0] + x), green = load(rows[1] + x), blue = load(rows[2] + x);
    const vec most = vec_max(vec_max(red, green), blue), least = vec_min(vec_min(red, green), blue);
    const vec chroma = most - least, inverse = 1.0f / choose(chroma == 0.0f, splat(1), chroma);
    const vec_int is_red = most == red, is_green = most == green;
    const vec difference = choose(is_red, green - blue, choose(is_green, blue - red, red - green));
    const vec start = choose(is_red, splat(0), choose(is_green, splat(2), splat(4)));
    const vec hue = difference * inverse + start; // −1…5
    const vec turned = wrapped(wrapped(choose(hue < 0.0f, hue + 6.0f, hue) + sixths));
    store(rows[0] + x, channel_of(most, chroma, turned, 5));
    store(rows[1] + x, channel_of(most, chroma, turned, 3));
    store(rows[2] + x, channel_of(most, chroma, turned, 1));
  }
}

// What reaches the threshold is inverted; between two levels there is room for what arithmetic rounds.
static void solarize_row(float *row, size_t width, float threshold) {
  for (size_t x = 0; x < width; x += LANES) {
    const vec value = load(row + x);
    store(row + x, choose(value >= threshold - 1e-5f, 1.0f - value, value));
  }
}

INLINE vec_int level_of(vec x) { return __builtin_convertvector(x * next_level, vec_int); }

static void posterize_row(float *row, size_t width, int bits) {
  const int32_t kept = LEVELS - (LEVELS >> bits);
  for (size_t x = 0; x < width; x += LANES) {
    store(row + x, __builtin_convertvector(level_of(load(row + x)) & kept, vec) * (1.0f / 255));
  }
}

static void invert_row(float *row, size_t width) {
  for (size_t x = 0; x < width; x += LANES) store(row + x, 1.0f - load(row + x));
}

void change_row(int code, float number, float mean, float *const rows[], size_t width, size_t channels) {
  if (code == SATURATION) {
    if (channels == 3) saturate_row(rows, width, number);
  } else if (code == HUE) {
    if (channels == 3) turn_row(rows, width, number);
  } else if (code == GRAYSCALE) grey_row(rows, width, channels);
  else {
    for (size_t c = 0; c < channels; c++) {
      if (code == BRIGHTNESS) scale_row(rows[c], width, number, 0);
      else if (code == CONTRAST) scale_row(rows[c], width, number, (1 - number) * mean);
      else if (code == SOLARIZE) solarize_row(rows[c], width, number);
      else if (code == POSTERIZE) posterize_row(rows[c], width, (int)number);
      else invert_row(rows[c], width);
    }
  }
}

// Each channel from its least to its most, from 0 to 1.
void stretch_contrast(Picture *picture) {
  for (size_t c = 0; c < picture->channels; c++) {
    float least = 1, most = 0;
    for (size_t y = 0; y < picture->height; y++) {
      const float *row = row_of(picture, c, y);
      for (size_t x = 0; x < picture->width; x++) {
        least = row[x] < least ? row[x] : least;
        most = row[x] > most ? row[x] : most;
      }
    }
    if (!(most > least)) continue;
    const float factor = 1 / (most - least);
    for (size_t y = 0; y < picture->height; y++) scale_row(row_of(picture, c, y), picture->width, factor, -least * factor);
  }
}

INLINE int32_t clipped_level(float x) { return x > 0 ? (int32_t)((x < 1 ? x : 1) * next_level) : 0; }

// Each channel's levels so that they are equally often; Pillow's table, which leaves a picture of few pixels as it is.
void equalize_picture(Picture *picture) {
  for (size_t c = 0; c < picture->channels; c++) {
    uint32_t counts[LEVELS] = {0};
    for (size_t y = 0; y < picture->height; y++) {
      const float *row = row_of(picture, c, y);
      for (size_t x = 0; x < picture->width; x++) counts[clipped_level(row[x])]++;
    }
    size_t top = LEVELS - 1;
    while (top > 0 && counts[top] == 0) top--;
    const uint32_t step = (uint32_t)(picture->height * picture->width - counts[top]) / (LEVELS - 1);
    float table[LEVELS];
    uint32_t before = step / 2;
    for (size_t level = 0; level < LEVELS; level++) {
      const uint32_t to = step == 0 ? (uint32_t)level : before / step;
      table[level] = (float)(to < LEVELS ? to : LEVELS - 1) * (1.0f / 255);
      before += counts[level];
    }
    for (size_t y = 0; y < picture->height; y++) {
      float *row = row_of(picture, c, y);
      for (size_t x = 0; x < picture->width; x++) row[x] = table[clipped_level(row[x])];
    }
  }
}
