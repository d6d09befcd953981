/**
 * Times our matrix product and OpenBLAS's in turn, in one process: `bench/gemm.ts` starts it with the environment that OpenBLAS reads.
 * The arguments are the number of threads, of rounds, and OpenBLAS's path. Prints OpenBLAS's config, then a line of JSON for each shape.
 *
 * @module
 */
import { normals, stream } from "@lacuna/random";
import { openLibrary } from "../tensor/native/library.ts";
import { type GemmShape, gemmShapes } from "./_gemm_shapes.ts";

const roundMilliseconds = 4; // of either side, at least
const restMilliseconds = 40;

const [numThreads, numRounds, path] = [Number(Deno.args[0]), Number(Deno.args[1]), Deno.args[2]!];
const { functions: { gemm_f32 } } = await openLibrary();
const { symbols: openblas } = Deno.dlopen(
  path,
  {
    // order, transpose a, transpose b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc
    cblas_sgemm: {
      parameters: [
        "i32",
        "i32",
        "i32",
        "i32",
        "i32",
        "i32",
        "f32",
        "buffer",
        "i32",
        "buffer",
        "i32",
        "f32",
        "buffer",
        "i32",
      ],
      result: "void",
    },
    openblas_set_num_threads: { parameters: ["i32"], result: "void" },
    openblas_get_num_threads: { parameters: [], result: "i32" },
    openblas_get_config: { parameters: [], result: "pointer" },
  } as const,
);
openblas.openblas_set_num_threads(numThreads);
const config = new Deno.UnsafePointerView(openblas.openblas_get_config()!).getCString();
console.log(`${config}, ${openblas.openblas_get_num_threads()} threads`);
for (const shape of Object.values(gemmShapes).flat()) console.log(JSON.stringify(contest(shape)));

/** Milliseconds of either side, round by round. */
function contest({ layout, m, n, k, batches }: GemmShape): { ours: number[]; theirs: number[] } {
  const draw = (name: string, size: number) =>
    normals(size, stream({ seed: 0, name })) as Float32Array<ArrayBuffer>;
  const [a, b] = [draw("a", batches * m * k), draw("b", batches * k * n)];
  const [c, expected] = [new Float32Array(batches * m * n), new Float32Array(batches * m * n)];
  const [transposeA, transposeB] = [layout[0] === "t", layout[1] === "t"];
  const parts = Array.from({ length: batches }, (_, i) => [
    a.subarray(i * m * k, (i + 1) * m * k),
    b.subarray(i * k * n, (i + 1) * k * n),
    expected.subarray(i * m * n, (i + 1) * m * n),
  ]);
  const sides = [
    () => gemm_f32(a, b, null, c, batches, m * k, k * n, m, n, k, transposeA ? 1 : 0, transposeB ? 1 : 0),
    () => {
      for (const [a, b, c] of parts) {
        openblas.cblas_sgemm(
          101, // rows first
          transposeA ? 112 : 111,
          transposeB ? 112 : 111,
          m,
          n,
          k,
          1,
          a!,
          transposeA ? m : k,
          b!,
          transposeB ? k : n,
          0,
          c!,
          n,
        );
      }
    },
  ];
  for (const side of sides) side();
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const worst = c.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  if (!(worst <= 1e-5 * scale)) throw new Error(`${layout} [${m}, ${n}, ${k}]: off by ${worst} of ${scale}`);
  const [ours, theirs]: [number[], number[]] = [[], []];
  const repeats = Math.ceil(roundMilliseconds / Math.max(time(sides[0]!, 1), time(sides[1]!, 1)));
  for (let round = 0; round < numRounds; round++) {
    ours.push(timeAfterRest(sides[0]!, repeats));
    theirs.push(timeAfterRest(sides[1]!, repeats));
  }
  return { ours, theirs };
}

/** The same after a rest, in which the other side's threads stop looking for work and fall asleep, and a call that wakes one's own. */
function timeAfterRest(f: () => void, repeats: number): number {
  if (numThreads > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restMilliseconds);
  f();
  return time(f, repeats);
}

function time(f: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) f();
  return (performance.now() - start) / repeats;
}
