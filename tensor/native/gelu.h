// The exact GELU, x · Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2.
#pragma once
#include "vector.h"

INLINE vec normal_cdf(vec x) { return multiply_add(splat(0.5f), vec_erf(x * 0.70710678f), splat(0.5f)); }

// Φ(x) + x · φ(x) with φ(x) = e^(−x²/2) / √(2π), from x and Φ(x).
INLINE vec gelu_slope(vec x, vec cdf) { return multiply_add(x, vec_exp(x * x * -0.5f) * 0.39894228f, cdf); }
