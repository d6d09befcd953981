// What threads need of the system: to start, to sleep until a word changes, to wake the sleepers, to pass a moment.
#pragma once
#include <stdatomic.h>
#include <stdint.h>

// Starts the threads that help the caller's, at most `most`, each of which runs `work` and never returns; how many there are now.
int32_t start_threads(void (*work)(void), int32_t most);

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
