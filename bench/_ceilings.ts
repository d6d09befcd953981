/** What the machine can do at most with some threads. */
export type Ceilings = {
  readonly numThreads: number;
  /** Multiply-adds in registers, FLOP a second. */
  readonly multiplyAdd: number;
  /** Bytes a second, read and written, by the bytes of all arrays together; ascending. */
  readonly bandwidth: readonly { readonly bytes: number; readonly copy: number; readonly triad: number }[];
};

const [multiplyAdd, copy, triad] = [0, 1, 2]; // as in ceilings.c
const workingSets = [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26, 2 ** 28]; // bytes
const seconds = 0.1;
const libraryPath = ".lacuna/bench/ceilings.so";

/**
 * Builds `ceilings.c` and measures this machine.
 * @param threadCounts How many threads to measure with, one after the other.
 * @throws {Error} If there is no C compiler, or it fails.
 */
export async function measureCeilings(threadCounts: readonly number[]): Promise<Ceilings[]> {
  await Deno.mkdir(".lacuna/bench", { recursive: true });
  const flags = ["-std=gnu11", "-O3", "-march=native", "-shared", "-fPIC", "-pthread"];
  const args = [...flags, `${import.meta.dirname}/ceilings.c`, "-o", libraryPath];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(`cc could not build ceilings.c: ${new TextDecoder().decode(stderr)}`);
  const library = Deno.dlopen(libraryPath, {
    ceiling: { parameters: ["i32", "i32", "usize", "f64"], result: "f64" }, // kind, threads, bytes, seconds
  });
  const best = (kind: number, numThreads: number, bytes: number) => {
    const rates = Array.from(
      { length: 5 },
      () => library.symbols.ceiling(kind, numThreads, BigInt(bytes), seconds),
    );
    return Math.max(...rates); // others on the machine only slow it down
  };
  const ceilings = threadCounts.map((numThreads) => ({
    numThreads,
    multiplyAdd: best(multiplyAdd!, numThreads, 0),
    bandwidth: workingSets.map((bytes) => ({
      bytes,
      copy: best(copy!, numThreads, bytes),
      triad: best(triad!, numThreads, bytes),
    })),
  }));
  library.close();
  return ceilings;
}

/**
 * The least time in milliseconds in which a kernel could do its work: what it computes at the rate of multiply-adds, or what it moves at the
 * bandwidth of its working set, whichever takes longer.
 */
export function leastMilliseconds(
  { multiplyAdd, bandwidth }: Ceilings,
  { flop, bytes }: { readonly flop: number; readonly bytes: number },
): { milliseconds: number; bound: "compute" | "memory" } {
  const level = bandwidth.find((level) => level.bytes >= bytes) ?? bandwidth.at(-1)!;
  const computing = 1000 * flop / multiplyAdd;
  const moving = 1000 * bytes / Math.max(level.copy, level.triad);
  return computing > moving
    ? { milliseconds: computing, bound: "compute" }
    : { milliseconds: moving, bound: "memory" };
}
