// Vectors as wide as the processor's registers, in the compiler's own vector types: no instruction set is named below this file.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX__)
#include <immintrin.h>
#endif

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
typedef uint8_t vec_byte __attribute__((vector_size(LANES)));
typedef float vec4 __attribute__((vector_size(16)));
typedef float vec8 __attribute__((vector_size(32)));
typedef float unaligned_vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }
INLINE void store(float *p, vec x) { *(unaligned_vec *)p = x; }
INLINE vec splat(float x) { return x - (vec){0}; } // x − 0 keeps the sign of zero

// All ones in the first n lanes, zeros in the others.
INLINE vec_int first_lanes(size_t n) {
  const vec_int lane = (vec_int){0, 1, 2, 3
#if defined(__AVX__)
                                 , 4, 5, 6, 7
#endif
#if defined(__AVX512F__)
                                 , 8, 9, 10, 11, 12, 13, 14, 15
#endif
  };
  return lane < (int32_t)n;
}

// The first n < LANES floats; the other lanes are zero.
INLINE vec load_part(const float *p, size_t n) {
#if defined(__AVX512F__)
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif defined(__AVX__)
  return (vec)_mm256_maskload_ps(p, (__m256i)first_lanes(n));
#else
  return (vec){n > 0 ? p[0] : 0, n > 1 ? p[1] : 0, n > 2 ? p[2] : 0};
#endif
}
INLINE void store_part(float *p, vec x, size_t n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x);
#elif defined(__AVX__)
  _mm256_maskstore_ps(p, (__m256i)first_lanes(n), (__m256)x);
#else
  if (n > 0) p[0] = x[0];
  if (n > 1) p[1] = x[1];
  if (n > 2) p[2] = x[2];
#endif
}

// a · b + c; rounded once where the processor has such an instruction.
INLINE vec multiply_add(vec a, vec b, vec c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c; // one instruction under -ffp-contract=fast
#endif
}

INLINE vec vec_sqrt(vec x) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(x);
#else
  for (int i = 0; i < LANES; i++) x[i] = __builtin_sqrtf(x[i]); // which gcc makes one instruction of
  return x;
#endif
}

// Truth values as tfjs holds them: bytes, 0 or 1.
INLINE void store_truths(uint8_t *p, vec_int mask, size_t n) {
  const vec_byte truths = __builtin_convertvector(mask & 1, vec_byte);
  memcpy(p, &truths, n < LANES ? n : LANES);
}
INLINE vec_int load_truths(const uint8_t *p, size_t n) {
  vec_byte truths = {0};
  memcpy(&truths, p, n < LANES ? n : LANES);
  return __builtin_convertvector(truths, vec_int) != 0;
}

// LANES bytes as numbers. Not by __builtin_convertvector, of which gcc makes a conversion for each byte.
INLINE vec load_bytes(const uint8_t *p) {
#if defined(__AVX512F__)
  return (vec)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
#elif defined(__AVX2__)
  return (vec)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
#elif defined(__AVX__)
  vec_byte bytes;
  memcpy(&bytes, p, LANES);
  return __builtin_convertvector(bytes, vec);
#else
  typedef uint8_t bytes16 __attribute__((vector_size(16)));
  uint32_t word;
  memcpy(&word, p, sizeof word);
  const bytes16 zero = {0}, bytes = (bytes16)(vec_int){(int32_t)word};
  const bytes16 apart = __builtin_shufflevector(bytes, zero, 0, 16, 16, 16, 1, 16, 16, 16, 2, 16, 16, 16, 3, 16, 16, 16);
  return __builtin_convertvector((vec_int)apart, vec);
#endif
}
// The first n < LANES of them; the other lanes are zero.
INLINE vec load_some_bytes(const uint8_t *p, size_t n) {
  uint8_t bytes[LANES] = {0};
  for (size_t i = 0; i < n; i++) bytes[i] = p[i];
  return load_bytes(bytes);
}

// mask lanes are all ones (take a) or all zeros (take b).
INLINE vec choose(vec_int mask, vec a, vec b) { return (vec)(((vec_int)a & mask) | ((vec_int)b & ~mask)); }
// The second where they compare as neither: b if one is NaN.
INLINE vec vec_max(vec a, vec b) {
#if defined(__AVX512F__)
  return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
  return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return choose(a > b, a, b);
#endif
}
INLINE vec vec_min(vec a, vec b) {
#if defined(__AVX512F__)
  return (vec)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
  return (vec)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return choose(a < b, a, b);
#endif
}
INLINE vec vec_abs(vec x) { return (vec)((vec_int)x & 0x7fffffff); }

// Sums the lanes in a fixed order: halves, quarters, …
INLINE float sum_lanes(vec x) {
#if defined(__AVX512F__)
  const vec8 low = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  const vec8 eight = low + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
#elif defined(__AVX__)
  const vec8 eight = x;
#endif
#if defined(__AVX__)
  const vec4 half = __builtin_shufflevector(eight, eight, 0, 1, 2, 3);
  const vec4 four = half + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#else
  const vec4 four = x;
#endif
  const vec4 two = four + __builtin_shufflevector(four, four, 2, 3, 2, 3);
  return two[0] + two[1];
}

// The largest lane; one that is NaN may be passed over.
INLINE float max_lanes(vec x) {
  float most = x[0];
  for (int i = 1; i < LANES; i++) most = x[i] > most ? x[i] : most;
  return most;
}

// e^x to 1 ulp. Below −87.3, where it would be denormal, it is 0; above 88.37 it is infinite; NaN stays NaN.
INLINE vec vec_exp(vec x) {
  const float magic = 12582912.0f; // 1.5 · 2²³: adding it rounds to a whole number in the low bits
  const vec shifted = multiply_add(x, splat(1.44269504f), splat(magic));
  const vec n = shifted - magic;
  const vec r = multiply_add(n, splat(2.12194440e-4f), multiply_add(n, splat(-0.693359375f), x)); // ln 2 in two parts
  vec p = multiply_add(r, splat(1.9875691500e-4f), splat(1.3981999507e-3f));
  p = multiply_add(p, r, splat(8.3334519073e-3f));
  p = multiply_add(p, r, splat(4.1665795894e-2f));
  p = multiply_add(p, r, splat(1.6666665459e-1f));
  p = multiply_add(p, r, splat(5.0000001201e-1f));
  p = multiply_add(p, r * r, r) + 1.0f;
  const vec_int exponent = ((vec_int)shifted - 0x4b400000 + 127) << 23;
  const vec product = p * (vec)exponent;
  return choose(x > 88.37626f, splat(__builtin_inff()), choose(x < -87.33654f, (vec){0}, product));
}

// 2^x to 2 ulp for x below 127, and exactly 1 at 0. Below −126.5 it is 0; NaN stays NaN.
INLINE vec vec_exp2(vec x) {
  x = vec_max(splat(-127.0f), x);
  const float magic = 12582912.0f + 127; // as in vec_exp(), with the exponent's bias
  const vec shifted = x + magic;
  const vec r = x - (shifted - magic);
  vec p = multiply_add(r, splat(1.3264727089e-3f), splat(9.6715128620e-3f));
  p = multiply_add(p, r, splat(5.5507337456e-2f));
  p = multiply_add(p, r, splat(2.4022242082e-1f));
  p = multiply_add(p, r, splat(6.9314697760e-1f));
  p = multiply_add(p, r, splat(1.0f));
  return p * (vec)((vec_int)shifted << 23);
}

// ln x to 1 ulp. −∞ at 0, NaN below; ∞ and NaN stay.
INLINE vec vec_log(vec x) {
  const vec_int denormal = x < 1.17549435e-38f;
  const vec scaled = choose(denormal, x * 8388608.0f, x); // 2²³
  const vec_int exponent = ((vec_int)scaled - 0x3f3504f3) >> 23; // of x / m with m in [√½, √2)
  const vec r = (vec)((vec_int)scaled - (exponent << 23)) - 1.0f;
  const vec n = __builtin_convertvector(exponent - (denormal & 23), vec);
  vec p = multiply_add(r, splat(-7.6344977561e-02f), splat(1.2761577535e-01f));
  p = multiply_add(p, r, splat(-1.3160182162e-01f));
  p = multiply_add(p, r, splat(1.4201757917e-01f));
  p = multiply_add(p, r, splat(-1.6623357360e-01f));
  p = multiply_add(p, r, splat(2.0001226880e-01f));
  p = multiply_add(p, r, splat(-2.5000821034e-01f));
  p = multiply_add(p, r, splat(3.3333331708e-01f));
  const vec squared = r * r;
  p = multiply_add(p * r, squared, n * -2.12194440e-4f); // ln 2 in two parts
  p = multiply_add(n, splat(0.693359375f), multiply_add(squared, splat(-0.5f), p) + r);
  const vec_int finite = (x > 0.0f) & (x <= 3.40282347e+38f);
  const vec limit = choose(x == 0.0f, splat(-__builtin_inff()), choose(x > 0.0f, x, splat(__builtin_nanf(""))));
  return choose(finite, p, limit);
}

// ln(1 + x) to 3 ulp for x > −1, however near to 0.
INLINE vec vec_log1p(vec x) {
  const vec sum = 1.0f + x, log = vec_log(sum);
  const vec corrected = log * (x / (sum - 1.0f)); // for what the sum has rounded off
  return choose(sum == 1.0f, x, choose(x < 3e38f, corrected, log));
}

// tanh(x) to 2 ulp; NaN stays NaN.
INLINE vec vec_tanh(vec x) {
  const vec s = x * x, size = vec_abs(x);
  vec p = multiply_add(s, splat(-5.7170451099e-03f), splat(2.0650587370e-02f));
  p = multiply_add(p, s, splat(-5.3743498116e-02f));
  p = multiply_add(p, s, splat(1.3331491288e-01f));
  p = multiply_add(p, s, splat(-3.3333283925e-01f));
  const vec near_zero = multiply_add(x * s, p, x);
  const vec far = 1.0f - 2.0f / (vec_exp(size + size) + 1.0f);
  const vec_int sign = (vec_int)x & (vec_int)splat(-0.0f);
  return choose(size < 0.625f, near_zero, (vec)((vec_int)far | sign));
}

// 1 / (1 + e^−x), to 3 ulp.
INLINE vec vec_sigmoid(vec x) { return 1.0f / (1.0f + vec_exp(-x)); }

// erf(x) to 8 ulp (5 · 10⁻⁷ near ±1), as an odd rational function on [−4, 4]; beyond, it is ±1 in float32. NaN stays NaN.
INLINE vec vec_erf(vec x) {
  x = choose(x > 4.0f, splat(4.0f), choose(x < -4.0f, splat(-4.0f), x));
  const vec s = x * x;
  vec p = multiply_add(s, splat(-2.72614225801306e-10f), splat(2.77068142495902e-08f));
  p = multiply_add(p, s, splat(-2.10102402082508e-06f));
  p = multiply_add(p, s, splat(-5.69250639462346e-05f));
  p = multiply_add(p, s, splat(-7.34990630326855e-04f));
  p = multiply_add(p, s, splat(-2.95459980854025e-03f));
  p = multiply_add(p, s, splat(-1.60960333262415e-02f));
  vec q = multiply_add(s, splat(-1.45660718464996e-05f), splat(-2.13374055278905e-04f));
  q = multiply_add(q, s, splat(-1.68282697438203e-03f));
  q = multiply_add(q, s, splat(-7.37332916720468e-03f));
  q = multiply_add(q, s, splat(-1.42647390514189e-02f));
  return x * p / q;
}

// The same choice of four lanes in every four.
#if defined(__AVX512F__)
#define BY_FOURS(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#elif defined(__AVX__)
#define BY_FOURS(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define BY_FOURS(a, b, c, d) a, b, c, d
#endif

// Lane j of vector i goes to lane i of vector j.
INLINE void transpose_lanes(vec x[LANES]) {
  for (int i = 0; i < LANES; i += 4) {
    const vec a = __builtin_shufflevector(x[i], x[i + 1], BY_FOURS(0, LANES, 1, LANES + 1));
    const vec b = __builtin_shufflevector(x[i], x[i + 1], BY_FOURS(2, LANES + 2, 3, LANES + 3));
    const vec c = __builtin_shufflevector(x[i + 2], x[i + 3], BY_FOURS(0, LANES, 1, LANES + 1));
    const vec d = __builtin_shufflevector(x[i + 2], x[i + 3], BY_FOURS(2, LANES + 2, 3, LANES + 3));
    x[i] = __builtin_shufflevector(a, c, BY_FOURS(0, 1, LANES, LANES + 1));
    x[i + 1] = __builtin_shufflevector(a, c, BY_FOURS(2, 3, LANES + 2, LANES + 3));
    x[i + 2] = __builtin_shufflevector(b, d, BY_FOURS(0, 1, LANES, LANES + 1));
    x[i + 3] = __builtin_shufflevector(b, d, BY_FOURS(2, 3, LANES + 2, LANES + 3));
  }
#if defined(__AVX512F__)
  for (int i = 0; i < LANES; i++) {
    if (i & 4) continue;
    const vec a = x[i], b = x[i + 4];
    x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    x[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  for (int i = 0; i < 8; i++) {
    const vec a = x[i], b = x[i + 8];
    x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    x[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
#elif defined(__AVX__)
  for (int i = 0; i < 4; i++) {
    const vec a = x[i], b = x[i + 4];
    x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
    x[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
#endif
}
#undef BY_FOURS

// The sums of LANES vectors, one in each lane.
INLINE vec sum_each(vec x[LANES]) {
  transpose_lanes(x);
  for (int width = LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) x[i] += x[i + width];
  }
  return x[0];
}

// The first n lanes of a, the others of b; zeros where there is no b.
INLINE vec choose_lanes(size_t n, vec a, vec b) { return n >= LANES ? a : choose(first_lanes(n), a, b); }
INLINE vec keep_lanes(vec x, size_t n) { return choose_lanes(n, x, (vec){0}); }

// Asks for a cache line that is read soon; any address may be asked for.
INLINE void prefetch(const void *p) { __builtin_prefetch(p); }

INLINE size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Whether every one of n indices is below `count`.
INLINE int all_below(const int32_t *indices, size_t n, size_t count) {
  for (size_t i = 0; i < n; i++) {
    if (indices[i] < 0 || (size_t)indices[i] >= count) return 0;
  }
  return 1;
}

// Row lengths need not be a multiple of LANES: `n` lanes of the vector at p are in the row.
INLINE vec load_lanes(const float *p, size_t n) { return n >= LANES ? load(p) : load_part(p, n); }
INLINE void store_lanes(float *p, vec x, size_t n) {
  if (n >= LANES) store(p, x);
  else store_part(p, x, n);
}

// Floats in a piece of a loop over elements: enough that a second thread saves more than it costs. A multiple of LANES.
enum { GRAIN = 16384 };

// Rows in a piece of a loop over rows that are `floats` long each.
INLINE size_t row_grain(size_t floats) { return floats < GRAIN ? GRAIN / (floats + !floats) : 1; }
