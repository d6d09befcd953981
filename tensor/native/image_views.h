// Pictures between their pixels and their views: planes of floats in 0…1, one a channel, whose rows start at a vector.
#pragma once
#include "vector.h"

enum { MOST_CHANNELS = 4, MOST_RADIUS = 127 };

typedef struct {
  size_t height, width, channels;
  size_t stride; // floats from row to row
  size_t plane;  // floats from channel to channel
  float *values;
} Picture;

// Where pixels come from: an image [height, width, channels] of bytes or floats, or a picture.
typedef struct {
  size_t height, width, channels;
  const uint8_t *bytes;
  const float *floats;
  const Picture *picture;
} Pixels;

// A part of the pixels, scaled to rows × columns, of which a window is wanted, mirrored or not.
typedef struct {
  size_t top, left, height, width;
  size_t rows, columns;
  size_t window_top, window_left, window_height, window_width;
  int cubic, antialias, flip;
} Resize;

// The step's code, then how many numbers follow, then these.
enum {
  RESIZE,
  FLIP,
  BRIGHTNESS,
  CONTRAST,
  SATURATION,
  HUE,
  GRAYSCALE,
  SOLARIZE,
  POSTERIZE,
  INVERT,
  BLUR,
  SHARPNESS,
  AUTOCONTRAST,
  EQUALIZE,
  AFFINE,
  ERASE
};

INLINE vec clip(vec x) { return vec_min(vec_max(x, splat(0)), splat(1)); }
INLINE float *row_of(const Picture *picture, size_t channel, size_t y) {
  return picture->values + channel * picture->plane + y * picture->stride;
}

// Floats from channel to channel; a few more than the rows have, so that channels' rows do not meet in the same lines of the cache.
INLINE size_t plane_floats(size_t height, size_t width) { return height * round_up(width, LANES) + 5 * LANES; }

// Gives a picture its size; its values lie where they lay.
INLINE void shape_picture(Picture *picture, size_t height, size_t width, size_t channels) {
  *picture = (Picture){height, width, channels, round_up(width, LANES), plane_floats(height, width), picture->values};
}

Resize read_resize(const float *numbers);
size_t resize_floats(const Resize *resize, size_t channels);
void resize_picture(const Resize *resize, const Pixels *pixels, Picture *to, float *work);

// Whether a step changes each pixel by itself, once the mean grey is known where it asks for it.
INLINE int is_pointwise(int code) { return code >= BRIGHTNESS && code <= INVERT; }
// One such step on one row of every channel; `mean` is the mean grey of the picture before it.
void change_row(int code, float number, float mean, float *const rows[], size_t width, size_t channels);
// The sum of a row's greys.
float sum_grey(float *const rows[], size_t width, size_t channels);

// Steps on a whole picture; `spare` has room for one of its planes.
void flip_picture(Picture *picture);
size_t blur_floats(size_t radius, size_t width);
void blur_picture(Picture *picture, const float *weights, size_t radius, float *spare, float *line);
void sharpen_picture(Picture *picture, float factor, float *spare);
void stretch_contrast(Picture *picture);
void equalize_picture(Picture *picture);
void warp_picture(Picture *picture, const float *numbers, float *spare);
void erase_picture(Picture *picture, const float *numbers);
