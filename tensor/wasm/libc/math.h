// What the kernels use of <math.h>, where there is no C library.
#pragma once
#define INFINITY __builtin_inff()
#define sqrtf __builtin_sqrtf
#define fabsf __builtin_fabsf
