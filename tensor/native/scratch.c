#include "scratch.h"
#include "platform.h"
#include "threads.h"

static _Thread_local struct { float *memory; size_t floats; } slots[SCRATCH_SLOTS];

float *scratch(int slot, size_t floats) {
  const size_t before = slots[slot].floats;
  if (before < floats) {
    give_memory(slots[slot].memory);
    // At least half as much again: where memory cannot be given back, what is lost stays in proportion.
    const size_t more = before + before / 2;
    slots[slot].floats = ((floats > more ? floats : more) + 1023) / 1024 * 1024;
    slots[slot].memory = take_memory(slots[slot].floats * sizeof(float));
    if (!slots[slot].memory) give_up(); // the process is out of memory
  }
  return slots[slot].memory;
}
