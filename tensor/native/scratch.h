// Working memory that a thread keeps from call to call.
#pragma once
#include <stddef.h>

enum { SCRATCH_SHARED, SCRATCH_OWN, SCRATCH_GEMM_A, SCRATCH_GEMM_B, SCRATCH_SUMS, SCRATCH_CONV_IN, SCRATCH_CONV_OUT, SCRATCH_CONV_WEIGHT, SCRATCH_MLP, SCRATCH_IMAGES, SCRATCH_SLOTS };

// At least `floats` floats, aligned to a cache line, of this thread and slot; contents are whatever was left there.
float *scratch(int slot, size_t floats);
