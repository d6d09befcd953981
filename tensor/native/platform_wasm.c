// Memory, threads and sleep in WebAssembly. Memory is one growing array, whose end is the only thing that is kept here: whoever gives
// a tensor back gives it to the allocator in TypeScript. Threads are workers: each is an instance of this module on the same memory.
#include "platform.h"
#include <stdatomic.h>
#include <stddef.h>

enum { PAGE = 65536, CACHE_LINE = 64, MORE = 16 << 20 };

extern char __heap_base; // where the linker's own data end; only its address counts

static _Atomic uint32_t used; // bytes above the heap's base
static void (*helpers_work)(void);

// Grows the memory, by more than is asked for, so that it seldom moves; 0 if the engine refuses.
static int reach(uint64_t end) {
  const uint64_t size = (uint64_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end <= size) return 1;
  const uint64_t missing = (end - size + PAGE - 1) / PAGE, more = missing + MORE / PAGE;
  return __builtin_wasm_memory_grow(0, (size_t)more) != SIZE_MAX || __builtin_wasm_memory_grow(0, (size_t)missing) != SIZE_MAX;
}

void *take_memory(size_t bytes) {
  const uint32_t lines = (uint32_t)((bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  const uint64_t base = ((uintptr_t)&__heap_base + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  uint32_t before = atomic_load(&used);
  do {
    if (!reach(base + before + lines)) return NULL;
  } while (!atomic_compare_exchange_weak(&used, &before, before + lines));
  return (void *)(uintptr_t)(base + before);
}

void give_memory(void *memory) { (void)memory; }

int32_t start_threads(void (*work)(void), int32_t asked, int32_t most) {
  helpers_work = work;
  return asked < 0 ? 0 : asked < most ? asked : most;
}

// What a worker runs; never returns.
void help_forever(void) { helpers_work(); }

// Without threads there is nobody to wait for.
#if defined(__wasm_atomics__)
void wait_while_equal(_Atomic uint32_t *word, uint32_t seen) {
  __builtin_wasm_memory_atomic_wait32((int *)word, (int)seen, -1);
}
void wake_all(_Atomic uint32_t *word) { __builtin_wasm_memory_atomic_notify((int *)word, UINT32_MAX); }
#else
void wait_while_equal(_Atomic uint32_t *word, uint32_t seen) {
  (void)word;
  (void)seen;
}
void wake_all(_Atomic uint32_t *word) { (void)word; }
#endif

void yield_core(void) {} // the main thread of a page may not sleep
