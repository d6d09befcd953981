// What the machine can do at most: multiply-adds in registers, and bytes to and from memory, on one or several threads at once. Each
// thread works on arrays of its own for some time and counts; the rates add up.
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { CHAINS = 12, MAX_THREADS = 256 }; // enough multiply-adds under way to hide their latency
typedef float vec __attribute__((vector_size(LANES * 4)));

typedef enum { MULTIPLY_ADD, COPY, TRIAD } Kind;

typedef struct {
  Kind kind;
  size_t count; // vectors of an array
  double seconds;
  double rate; // FLOP or bytes a second
  pthread_barrier_t *begin;
} Job;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Rounds of one multiply-add in every chain; returns FLOP.
static double multiply_add(size_t rounds) {
  vec x[CHAINS];
  for (int i = 0; i < CHAINS; i++) x[i] = (vec){0} + (float)i;
  vec a = (vec){0} + 0.5f, b = (vec){0} + 1.0f;
  __asm__ volatile("" : "+m"(a), "+m"(b)); // not known to the compiler
  for (size_t round = 0; round < rounds; round++) {
    for (int i = 0; i < CHAINS; i++) x[i] = x[i] * a + b;
  }
  vec sum = (vec){0};
  for (int i = 0; i < CHAINS; i++) sum += x[i];
  __asm__ volatile("" : : "m"(sum));
  return 2.0 * CHAINS * LANES * (double)rounds;
}

// Return bytes read and written.
static double copy(vec *restrict to, const vec *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = from[i] + 0; // not memcpy(), which may go around the caches
  __asm__ volatile("" : : : "memory");
  return 2.0 * sizeof(vec) * (double)count;
}

static double triad(vec *restrict to, const vec *restrict x, const vec *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = x[i] + 3.0f * y[i];
  __asm__ volatile("" : : : "memory");
  return 3.0 * sizeof(vec) * (double)count;
}

static void *work(void *argument) {
  Job *job = argument;
  const size_t arrays = job->kind == MULTIPLY_ADD ? 0 : job->kind == COPY ? 2 : 3;
  vec *memory = arrays ? aligned_alloc(64, arrays * job->count * sizeof(vec)) : NULL;
  for (size_t i = 0; memory && i < arrays * job->count; i++) memory[i] = (vec){0} + 1.0f;
  pthread_barrier_wait(job->begin);
  double done = 0, elapsed = 0;
  for (const double start = now(); elapsed < job->seconds && (memory || !arrays); elapsed = now() - start) {
    if (job->kind == MULTIPLY_ADD) done += multiply_add(10000);
    else if (job->kind == COPY) done += copy(memory, memory + job->count, job->count);
    else done += triad(memory, memory + job->count, memory + 2 * job->count, job->count);
  }
  job->rate = elapsed > 0 ? done / elapsed : 0;
  free(memory);
  return NULL;
}

// Kind as above; bytes of all arrays of all threads together; returns FLOP or bytes a second, 0 if it could not be measured.
double ceiling(int32_t kind, int32_t threads, size_t bytes, double seconds) {
  if (threads < 1 || threads > MAX_THREADS) return 0;
  pthread_t started[MAX_THREADS];
  Job jobs[MAX_THREADS];
  pthread_barrier_t begin;
  pthread_barrier_init(&begin, NULL, (unsigned)threads);
  const size_t arrays = kind == TRIAD ? 3 : 2;
  const size_t count = bytes / (arrays * sizeof(vec) * (size_t)threads);
  for (int32_t i = 0; i < threads; i++) {
    jobs[i] = (Job){(Kind)kind, count, seconds, 0, &begin};
    if (pthread_create(&started[i], NULL, work, &jobs[i]) != 0) abort(); // the others wait for it
  }
  double rate = 0;
  for (int32_t i = 0; i < threads; i++) {
    pthread_join(started[i], NULL);
    rate += jobs[i].rate;
  }
  pthread_barrier_destroy(&begin);
  return rate;
}
