// Vectors as wide as the processor's registers, in the compiler's own vector types: no instruction set is named below this file.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t vec_int __attribute__((vector_size(LANES * 4)));
typedef float unaligned_vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }
INLINE void store(float *p, vec x) { *(unaligned_vec *)p = x; }
INLINE vec splat(float x) { return x - (vec){0}; } // x − 0 keeps the sign of zero

// The first n < LANES floats; the other lanes are zero.
INLINE vec load_part(const float *p, size_t n) {
  vec x = {0};
  memcpy(&x, p, n * sizeof(float));
  return x;
}
INLINE void store_part(float *p, vec x, size_t n) { memcpy(p, &x, n * sizeof(float)); }

// mask lanes are all ones (take a) or all zeros (take b).
INLINE vec choose(vec_int mask, vec a, vec b) { return (vec)(((vec_int)a & mask) | ((vec_int)b & ~mask)); }
INLINE vec vec_max(vec a, vec b) { return choose(a > b, a, b); }
INLINE vec vec_abs(vec x) { return (vec)((vec_int)x & 0x7fffffff); }

// Sums the lanes in a fixed order: halves, quarters, …
INLINE float sum_lanes(vec x) {
  float lane[LANES];
  memcpy(lane, &x, sizeof lane);
  for (int width = LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  }
  return lane[0];
}

// e^x to 2 ulp. Below −87.3 it is the least normal number rather than a denormal; above 88.37 it is infinite; NaN stays NaN.
INLINE vec vec_exp(vec x) {
  const vec_int overflow = x > 88.37626f;
  const vec least = splat(-87.33654f);
  x = choose(x < least, least, x);
  x = choose(overflow, splat(0), x);
  const float magic = 12582912.0f; // 1.5 · 2²³: adding it rounds to a whole number in the low bits
  const vec shifted = x * 1.44269504f + magic;
  const vec n = shifted - magic;
  const vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f; // ln 2 in two parts
  vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const vec_int exponent = ((vec_int)shifted - 0x4b400000 + 127) << 23;
  return choose(overflow, splat(INFINITY), p * (vec)exponent);
}

// erf(x) to 4 ulp, as an odd rational function on [−4, 4]; beyond, it is ±1 in float32. NaN stays NaN.
INLINE vec vec_erf(vec x) {
  x = choose(x > 4.0f, splat(4.0f), choose(x < -4.0f, splat(-4.0f), x));
  const vec s = x * x;
  vec p = s * -2.72614225801306e-10f + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  vec q = s * -1.45660718464996e-05f + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  return x * p / q;
}

INLINE size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Row lengths need not be a multiple of LANES: `n` lanes of the vector at p are in the row.
INLINE vec load_lanes(const float *p, size_t n) { return n >= LANES ? load(p) : load_part(p, n); }
INLINE void store_lanes(float *p, vec x, size_t n) {
  if (n >= LANES) store(p, x);
  else store_part(p, x, n);
}

// Floats in a piece of a loop over elements: enough that a second thread saves more than it costs. A multiple of LANES.
enum { GRAIN = 16384 };
enum { PARALLEL_FLOATS = 32768 }; // of loops that OpenMP shares
