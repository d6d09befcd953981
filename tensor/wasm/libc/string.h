// What the kernels use of <string.h>, where there is no C library: both are instructions.
#pragma once
#include <stddef.h>
#define memcpy __builtin_memcpy
#define memset __builtin_memset
