// Loops whose turns the processor's cores share. What a piece of a loop computes depends on its place alone and never on who takes it,
// so that results are the same for any number of threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Does turns [first, end) of a loop; `call` holds what the loop works on.
typedef void Body(const void *call, size_t first, size_t end);

// Does turns [0, count) in pieces of at most `grain`, and returns when all are done. Pieces start in any order, on any thread. A single
// piece, a loop inside another's piece and a loop that meets another caller's run right here, piece after piece.
void parallel(size_t count, size_t grain, Body *body, const void *call);

// Traps, on this thread and on that of the caller whose loop it helps: in WebAssembly a trap ends one thread alone, and the caller would
// wait for its piece for ever.
_Noreturn void give_up(void);

// Threads that a loop has at its disposal, the caller's included. The first call decides for good: as many as it asks for, or if that
// is 0 as OMP_NUM_THREADS says, or else one a core.
int32_t use_threads(int32_t count);
int32_t num_threads(void);
