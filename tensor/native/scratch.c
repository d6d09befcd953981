#include "scratch.h"
#include <stdlib.h>

static _Thread_local struct { float *memory; size_t floats; } slots[SCRATCH_SLOTS];

float *scratch(int slot, size_t floats) {
  if (slots[slot].floats < floats) {
    free(slots[slot].memory);
    slots[slot].floats = (floats + 1023) / 1024 * 1024;
    slots[slot].memory = aligned_alloc(64, slots[slot].floats * sizeof(float));
    if (!slots[slot].memory) abort(); // the process is out of memory
  }
  return slots[slot].memory;
}
