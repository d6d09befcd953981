// Memory, threads and sleep from POSIX.
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "platform.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

enum { MOST_HELPERS = 255 };
static pthread_t started_threads[MOST_HELPERS];
static int32_t num_started;

// Cores that this process may use.
static long num_cores(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return sysconf(_SC_NPROCESSORS_ONLN);
}

static void *start(void *work) {
  ((void (*)(void))work)();
  return NULL;
}

void *take_memory(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64); }
void give_memory(void *memory) { free(memory); }

// Of the threads that suit the machine, the caller's included.
static long suitable_threads(void) {
  const char *wanted = getenv("OMP_NUM_THREADS");
  const long threads = wanted ? strtol(wanted, NULL, 10) : 0;
  return threads < 1 ? num_cores() : threads;
}

int32_t start_threads(void (*work)(void), int32_t asked, int32_t most) {
  const long helpers = asked < 0 ? suitable_threads() - 1 : asked;
  sigset_t all, before; // signals are the runtime's business
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (num_started < helpers && num_started < most && num_started < MOST_HELPERS) {
    pthread_t *thread = &started_threads[num_started];
    if (pthread_create(thread, NULL, start, (void *)work) != 0) break; // fewer do as well
    pthread_detach(*thread);
    num_started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return num_started;
}

void wait_while_equal(_Atomic uint32_t *word, uint32_t seen) {
  pthread_mutex_lock(&mutex);
  while (atomic_load(word) == seen) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

// The scheduler likes to wake a thread on the core of the one that woke it, where it would get no time for milliseconds, as the caller
// works on without a pause: the helpers may run on the other cores only.
static void leave_callers_core(void) {
#if defined(__linux__)
  static int left = -1;
  const int core = sched_getcpu();
  if (core < 0 || core == left) return;
  cpu_set_t others;
  if (sched_getaffinity(0, sizeof others, &others) != 0 || CPU_COUNT(&others) < 2) return;
  CPU_CLR(core, &others);
  for (int32_t i = 0; i < num_started; i++) pthread_setaffinity_np(started_threads[i], sizeof others, &others);
  left = core;
#endif
}

void wake_all(_Atomic uint32_t *word) {
  (void)word; // all sleepers wait for the same
  leave_callers_core();
  pthread_mutex_lock(&mutex);
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

void yield_core(void) { sched_yield(); }
