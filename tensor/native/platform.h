// What kernels need of the system: memory, and threads that start, sleep until a word changes, wake the sleepers, pass a moment.
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

// Memory that starts at a cache line, or null if there is no more.
void *take_memory(size_t bytes);
void give_memory(void *memory);

// Starts the threads that help the caller's, each of which runs `work` and never returns: as many as were asked for, or if that is
// negative as suit the machine, but at most `most`. How many there are now.
int32_t start_threads(void (*work)(void), int32_t asked, int32_t most);

// Sleeps while *word is `seen`; may return early.
void wait_while_equal(_Atomic uint32_t *word, uint32_t seen);
void wake_all(_Atomic uint32_t *word);

static inline void pause_core(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb"); // `yield` takes no time on most cores
#endif
}
void yield_core(void);
