// Threads and sleep from POSIX.
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

int32_t start_threads(void (*work)(void), int32_t most) {
  const char *asked = getenv("OMP_NUM_THREADS");
  long threads = asked ? strtol(asked, NULL, 10) : 0;
  if (threads < 1) threads = num_cores();
  sigset_t all, before; // signals are the runtime's business
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int32_t started = 0;
  while (started < threads - 1 && started < most) {
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
