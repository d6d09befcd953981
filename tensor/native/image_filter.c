// Steps on a picture that move its pixels, or make them of their neighbours.
#include "image_views.h"

void flip_picture(Picture *picture) {
  for (size_t c = 0; c < picture->channels; c++) {
    for (size_t y = 0; y < picture->height; y++) {
      float *left = row_of(picture, c, y), *right = left + picture->width - 1;
      for (; left < right; left++, right--) {
        const float value = *left;
        *left = *right;
        *right = value;
      }
    }
  }
}

// Beyond its border, an axis goes on as in a mirror at the centre of its last pixel.
INLINE size_t reflect(ptrdiff_t i, size_t size) {
  const ptrdiff_t last = (ptrdiff_t)size - 1;
  if (last == 0) return 0;
  while (i < 0 || i > last) i = i < 0 ? -i : 2 * last - i;
  return (size_t)i;
}

size_t blur_floats(size_t radius, size_t width) { return round_up(width, LANES) + 2 * radius + LANES; }

// Of `from` with `radius` more on both sides.
static void extend_row(const float *from, size_t width, size_t radius, float *to) {
  memcpy(to + radius, from, width * sizeof *from);
  for (size_t i = 0; i < radius; i++) {
    to[i] = from[reflect((ptrdiff_t)i - (ptrdiff_t)radius, width)];
    to[radius + width + i] = from[reflect((ptrdiff_t)(width + i), width)];
  }
}

// The sums of `radius` pixels on each side and the one between; all but the last vectors four at a time, so that no sum waits for another.
#define DEFINE_BLUR(name, parameters, at)                                                                                             \
  static void name(parameters, const float *weights, size_t radius, float *restrict to, size_t width) {                               \
    size_t x = 0;                                                                                                                     \
    for (; x + 4 * LANES <= width; x += 4 * LANES) {                                                                                  \
      vec sums[4];                                                                                                                    \
      for (size_t i = 0; i < 4; i++) sums[i] = weights[0] * load(at(0) + x + i * LANES);                                              \
      for (ptrdiff_t k = 1; k <= (ptrdiff_t)radius; k++) {                                                                            \
        for (size_t i = 0; i < 4; i++) sums[i] += weights[k] * (load(at(-k) + x + i * LANES) + load(at(k) + x + i * LANES));          \
      }                                                                                                                               \
      for (size_t i = 0; i < 4; i++) store(to + x + i * LANES, sums[i]);                                                              \
    }                                                                                                                                 \
    for (; x < width; x += LANES) {                                                                                                   \
      vec sum = weights[0] * load(at(0) + x);                                                                                         \
      for (ptrdiff_t k = 1; k <= (ptrdiff_t)radius; k++) sum += weights[k] * (load(at(-k) + x) + load(at(k) + x));                    \
      store(to + x, sum);                                                                                                             \
    }                                                                                                                                 \
  }
#define ALONG(k) (row + (k))
#define DOWN(k) (rows[k])
DEFINE_BLUR(blur_along, const float *row, ALONG)
DEFINE_BLUR(blur_down, const float *const *rows, DOWN)

// weights [radius + 1] from the centre outwards; `spare` has room for a plane, `line` for blur_floats().
void blur_picture(Picture *picture, const float *weights, size_t radius, float *spare, float *line) {
  const float *rows[2 * MOST_RADIUS + 1];
  for (size_t c = 0; c < picture->channels; c++) {
    for (size_t y = 0; y < picture->height; y++) {
      extend_row(row_of(picture, c, y), picture->width, radius, line);
      blur_along(line + radius, weights, radius, spare + y * picture->stride, picture->width);
    }
    for (size_t y = 0; y < picture->height; y++) {
      for (size_t k = 0; k <= 2 * radius; k++) {
        rows[k] = spare + reflect((ptrdiff_t)(y + k) - (ptrdiff_t)radius, picture->height) * picture->stride;
      }
      blur_down(rows + radius, weights, radius, row_of(picture, c, y), picture->width);
    }
  }
}

// Away from the picture blurred by the kernel 1 1 1, 1 5 1, 1 1 1; its border stays as it is, and so does one of two rows or columns.
void sharpen_picture(Picture *picture, float factor, float *spare) {
  if (picture->height <= 2 || picture->width <= 2) return;
  const size_t stride = picture->stride;
  for (size_t c = 0; c < picture->channels; c++) {
    float *plane = row_of(picture, c, 0);
    memcpy(spare, plane, picture->height * stride * sizeof *spare);
    for (size_t y = 1; y + 1 < picture->height; y++) {
      for (size_t x = 1; x + 1 < picture->width; x++) {
        const float *at = spare + y * stride + x;
        const float around = at[-1] + at[1] + at[0 - stride - 1] + at[0 - stride] + at[0 - stride + 1] + at[stride - 1] + at[stride] +
                             at[stride + 1];
        const float value = factor * at[0] + (1 - factor) * ((around + 5 * at[0]) * (1.0f / 13));
        plane[y * stride + x] = value < 0 ? 0 : value > 1 ? 1 : value;
      }
    }
  }
}

// A value of a plane, or 0 outside of it, where it does not count either.
INLINE float value_at(const float *plane, const Picture *picture, double x, double y, float weight, float *counted) {
  if (!(x >= 0 && y >= 0 && x < (double)picture->width && y < (double)picture->height)) return 0;
  *counted += weight;
  return weight * plane[(size_t)y * picture->stride + (size_t)x];
}

// To the nearest whole number, the even one of two.
INLINE double rounded(double x) { return x + 6755399441055744.0 - 6755399441055744.0; }
INLINE double rounded_down(double x) {
  const double whole = rounded(x);
  return whole > x ? whole - 1 : whole;
}

// Each pixel takes the value of another place: `numbers` are that place's column and row from the pixel's, all counted from the picture's
// centre, in two rows of a matrix [2, 3]; whether to look between pixels; and what is outside, a value for each channel.
void warp_picture(Picture *picture, const float *numbers, float *spare) {
  const double half_width = 0.5 * ((double)picture->width - 1), half_height = 0.5 * ((double)picture->height - 1);
  const int between = numbers[6] != 0;
  const float *fill = numbers + 7;
  for (size_t c = 0; c < picture->channels; c++) {
    float *plane = row_of(picture, c, 0);
    memcpy(spare, plane, picture->height * picture->stride * sizeof *spare);
    for (size_t row = 0; row < picture->height; row++) {
      for (size_t column = 0; column < picture->width; column++) {
        const double dx = (double)column - half_width, dy = (double)row - half_height;
        const double x = (double)numbers[0] * dx + (double)numbers[1] * dy + (double)numbers[2] + half_width;
        const double y = (double)numbers[3] * dx + (double)numbers[4] * dy + (double)numbers[5] + half_height;
        float counted = 0, value;
        if (between) {
          const double left = rounded_down(x), top = rounded_down(y);
          const float right_share = (float)(x - left), lower_share = (float)(y - top);
          value = value_at(spare, picture, left, top, (1 - right_share) * (1 - lower_share), &counted);
          value += value_at(spare, picture, left + 1, top, right_share * (1 - lower_share), &counted);
          value += value_at(spare, picture, left, top + 1, (1 - right_share) * lower_share, &counted);
          value += value_at(spare, picture, left + 1, top + 1, right_share * lower_share, &counted);
        } else value = value_at(spare, picture, rounded(x), rounded(y), 1, &counted);
        plane[row * picture->stride + column] = value + (1 - counted) * fill[c];
      }
    }
  }
}

// `numbers` are a box, whether each pixel has values of its own, and the values, channels last.
void erase_picture(Picture *picture, const float *numbers) {
  const size_t top = (size_t)numbers[0], left = (size_t)numbers[1], height = (size_t)numbers[2], width = (size_t)numbers[3];
  const size_t step = numbers[4] != 0 ? picture->channels : 0;
  const float *values = numbers + 5;
  for (size_t y = top; y < top + height; y++) {
    for (size_t x = left; x < left + width; x++, values += step) {
      for (size_t c = 0; c < picture->channels; c++) row_of(picture, c, y)[x] = values[c];
    }
  }
}
