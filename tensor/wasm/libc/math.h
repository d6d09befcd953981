// What the kernels use of <math.h>, where there is no C library: square roots are an instruction.
#pragma once
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define sqrtf __builtin_sqrtf
#define fabsf __builtin_fabsf
float expf(float);
float logf(float);
