// How many threads the kernels use; OMP_NUM_THREADS decides where it is set.
#include <stdint.h>
#ifdef _OPENMP
#include <omp.h>
int32_t num_threads(void) { return omp_get_max_threads(); }
#else
int32_t num_threads(void) { return 1; }
#endif
