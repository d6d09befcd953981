/**
 * Our matrix product beside OpenBLAS's on every shape of the reference steps: `deno task bench:gemm`. OpenBLAS may not know a processor
 * that is younger than it is, so it is asked to take it for several, and compared at its best.
 *
 * @module
 */
import { median } from "./_median.ts";
import { type GemmShape, gemmShapes } from "./_gemm_shapes.ts";
import { parseOptions } from "./_parse_options.ts";

const contest = `${import.meta.dirname}/_gemm_contest.ts`;
const coreTypes = ["", "SKYLAKEX", "COOPERLAKE"]; // the first leaves it to OpenBLAS

/** Milliseconds of both, round by round. */
type Times = { readonly ours: readonly number[]; readonly theirs: readonly number[] };

/** What tells OpenBLAS to do otherwise than it would. */
const openblasVariables = [
  "OPENBLAS_CORETYPE",
  "OPENBLAS_L2_SIZE",
  "OPENBLAS_NUM_THREADS",
  "OPENBLAS_DEFAULT_NUM_THREADS",
  "GOTO_NUM_THREADS",
];

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    openblas: {
      type: "string",
      default: "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", // Debian's libopenblas0-pthread
    },
    rounds: { type: "string", default: "7" },
    threads: { type: "string", multiple: true, default: ["1", "2"] },
  });
  for (const threads of values.threads) {
    const runs: Times[][] = [];
    for (const coreType of coreTypes) {
      const run = await timesOf(coreType, threads, values.rounds, values.openblas);
      if (!run) continue;
      console.log(`${coreType || "its own choice"}: ${run.config}`);
      runs.push(run.times);
    }
    if (runs.length === 0) throw new Error(`OpenBLAS did not run: is ${values.openblas} there?`);
    print(Number(threads), runs);
  }
}

/** What a contest finds with OpenBLAS taking the processor for another, if it can. */
async function timesOf(
  coreType: string,
  threads: string,
  rounds: string,
  openblas: string,
): Promise<{ config: string; times: Times[] } | undefined> {
  const permissions = ["--allow-read=.lacuna/native", "--allow-ffi"]; // OpenBLAS's description is behind a pointer
  const others = openblasVariables.flatMap((name) => ["-u", name]); // some machines set them for every program
  const settings = [`OMP_NUM_THREADS=${threads}`, ...coreType ? [`OPENBLAS_CORETYPE=${coreType}`] : []];
  const program = [Deno.execPath(), "run", "--quiet", "--no-prompt", ...permissions, contest];
  const { success, stdout } = await new Deno.Command("env", {
    args: [...others, ...settings, ...program, threads, rounds, openblas],
    stderr: coreType ? "null" : "inherit", // instructions that the processor lacks end the process
  }).output();
  if (!success) return undefined;
  const [config, ...lines] = new TextDecoder().decode(stdout).trim().split("\n");
  return { config: config!, times: lines.map((line) => JSON.parse(line)) };
}

function print(threads: number, runs: readonly (readonly Times[])[]): void {
  let at = 0;
  const ratios: number[] = [];
  for (const [step, shapes] of Object.entries(gemmShapes)) {
    console.log(`\n${step}, ${threads} thread${threads === 1 ? "" : "s"}`);
    console.log(
      `${"".padEnd(24)}     m     n     k batch  ours, theirs at best GFLOP/s   ratio (rounds)`,
    );
    for (const shape of shapes) {
      const best = runs.map((times) => times[at]!)
        .sort((a, b) => median(a.theirs) - median(b.theirs))[0]!;
      console.log(row(shape, best));
      ratios.push(median(ratiosOf(best)));
      at++;
    }
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const behind = ratios.filter((ratio) => ratio < 0.95).length;
  console.log(
    `\n${threads} thread${threads === 1 ? "" : "s"}: ratio ${mean.toFixed(2)} as the geometric mean, ` +
      `${Math.min(...ratios).toFixed(2)} at worst, below 0.95 on ${behind} of ${ratios.length} shapes\n`,
  );
}

/** How many times as fast we are, round by round. */
function ratiosOf({ ours, theirs }: Times): number[] {
  return ours.map((ms, round) => theirs[round]! / ms);
}

function row({ name, layout, m, n, k, batches }: GemmShape, times: Times): string {
  const rate = (ms: readonly number[]) => (2e-6 * batches * m * n * k / median(ms)).toFixed(1).padStart(8);
  const ratios = ratiosOf(times);
  return [
    `${name} ${layout}`.padEnd(24),
    ...[m, n, k, batches].map((size) => `${size}`.padStart(5)),
    rate(times.ours),
    rate(times.theirs).padStart(20),
    `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
      .padStart(17),
  ].join(" ");
}
