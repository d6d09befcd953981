// A small pool of threads. A thread that waits looks again for some microseconds, as the next loop of a step usually comes at once, and
// then sleeps: a core that another program wants is given up. The caller never waits for a thread that has not begun a piece.
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "threads.h"
#include "platform.h"
#include <stdatomic.h>

enum { MAX_THREADS = 256, LOOKS = 4000 };

static struct {
  Body *body;
  const void *call;
  size_t count, grain;
  uint32_t pieces;
} loop;
static _Atomic uint64_t open;       // loop's number in the upper half, pieces that nobody has taken in the lower
static _Atomic uint32_t num_done;   // pieces of this loop
static _Atomic uint32_t num_loops;  // sleepers wait for it to change
static _Atomic uint32_t num_asleep;
static _Atomic uint32_t is_busy;    // a loop is under way
static _Atomic uint32_t has_failed; // a piece will never be done
static int32_t num_helpers = -1;    // not started yet

// Takes pieces of the loop at hand while there are some.
static void help(void) {
  uint64_t seen = atomic_load_explicit(&open, memory_order_acquire);
  while ((uint32_t)seen > 0) {
    if (!atomic_compare_exchange_weak_explicit(&open, &seen, seen - 1, memory_order_acq_rel, memory_order_acquire)) continue;
    // The loop cannot end before this piece does, so its description stands.
    const size_t first = (loop.pieces - (uint32_t)seen) * loop.grain;
    const size_t left = loop.count - first;
    loop.body(loop.call, first, left < loop.grain ? loop.count : first + loop.grain);
    atomic_fetch_add_explicit(&num_done, 1, memory_order_release);
    seen = atomic_load_explicit(&open, memory_order_acquire);
  }
}

static void work(void) {
  for (;;) {
    const uint32_t last = atomic_load(&num_loops);
    help();
    for (int i = 0; i < LOOKS && atomic_load_explicit(&num_loops, memory_order_relaxed) == last; i++) pause_core();
    if (atomic_load(&num_loops) != last) continue;
    atomic_fetch_add(&num_asleep, 1);
    wait_while_equal(&num_loops, last);
    atomic_fetch_sub(&num_asleep, 1);
  }
}

void give_up(void) {
  atomic_store(&has_failed, 1);
  __builtin_trap();
}

int32_t use_threads(int32_t count) {
  if (num_helpers < 0) num_helpers = start_threads(work, count - 1, MAX_THREADS - 1);
  return num_helpers + 1;
}

int32_t num_threads(void) { return use_threads(0); }

void parallel(size_t count, size_t grain, Body *body, const void *call) {
  if (count == 0) return;
  const size_t pieces = (count + grain - 1) / grain;
  uint32_t idle = 0;
  if (pieces == 1 || pieces > UINT32_MAX || !atomic_compare_exchange_strong(&is_busy, &idle, 1)) {
    for (size_t first = 0; first < count; first += grain) body(call, first, count - first < grain ? count : first + grain);
    return;
  }
  if (num_threads() == 1) {
    atomic_store(&is_busy, 0);
    for (size_t first = 0; first < count; first += grain) body(call, first, count - first < grain ? count : first + grain);
    return;
  }
  loop.body = body;
  loop.call = call;
  loop.count = count;
  loop.grain = grain;
  loop.pieces = (uint32_t)pieces;
  atomic_store_explicit(&num_done, 0, memory_order_relaxed);
  const uint32_t number = atomic_load_explicit(&num_loops, memory_order_relaxed) + 1;
  atomic_store_explicit(&open, (uint64_t)number << 32 | pieces, memory_order_release);
  atomic_store(&num_loops, number);
  if (atomic_load(&num_asleep) > 0) wake_all(&num_loops);
  help();
  for (int looks = 0; atomic_load_explicit(&num_done, memory_order_acquire) < pieces; looks++) {
    if (atomic_load_explicit(&has_failed, memory_order_relaxed)) __builtin_trap();
    if (looks < LOOKS) pause_core();
    else yield_core();
  }
  atomic_store(&is_busy, 0);
}
