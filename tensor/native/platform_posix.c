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
  int32_t started = 0;
  while (started < helpers && started < most) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, start, (void *)work) != 0) break; // fewer do as well
    pthread_detach(thread);
    started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

void wait_while_equal(_Atomic uint32_t *word, uint32_t seen) {
  pthread_mutex_lock(&mutex);
  while (atomic_load(word) == seen) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

void wake_all(_Atomic uint32_t *word) {
  (void)word; // all sleepers wait for the same
  pthread_mutex_lock(&mutex);
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

void yield_core(void) { sched_yield(); }
