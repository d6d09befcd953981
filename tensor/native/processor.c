// Which instructions this processor has. This file alone is compiled for any processor of the architecture, so that asking is safe
// before anything else of the library runs.
#include <stdint.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#endif

enum { WORDS = 8 };

// Fills words[8] with the feature bits and model of the processor; zeros where the system does not tell.
void processor_features(uint32_t *words) {
  for (int i = 0; i < WORDS; i++) words[i] = 0;
#if defined(__x86_64__) || defined(__i386__)
  uint32_t unused;
  __get_cpuid(1, &words[0], &unused, &words[1], &words[2]);
  __get_cpuid_count(7, 0, &unused, &words[3], &words[4], &words[5]);
  __get_cpuid_count(7, 1, &words[6], &unused, &unused, &unused);
  if (words[1] & bit_OSXSAVE) __asm__("xgetbv" : "=a"(words[7]), "=d"(unused) : "c"(0)); // registers that the system keeps
#elif defined(__linux__)
  words[0] = (uint32_t)getauxval(AT_HWCAP);
  words[1] = (uint32_t)getauxval(AT_HWCAP2);
#endif
}
