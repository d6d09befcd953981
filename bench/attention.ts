/**
 * Self-attention against the length of the sequence, beside PyTorch's: `deno task bench:attention`. The batch shrinks as the sequence
 * grows, so that the tokens of a step stay as many; then memory that is linear in the length stays the same too.
 *
 * @module
 */
import { checkSame } from "./_check_same.ts";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { startNative, startTorch } from "./_start_contenders.ts";
import { table } from "./_table.ts";
import { enter, timeInTurn, type Timing } from "./_time_in_turn.ts";
import type { AttentionSetup } from "./steps/setup.ts";
import { describe } from "./steps/setups.ts";

const numStepTokens = 4096; // of all sequences of a step; a few less where the length does not divide them
const lengths = [8, 16, 32, 64, 128, 197, 256, 512, 1024, 2048, 4096];

/** One row of the table. */
type Row = { readonly setup: AttentionSetup; readonly timings: readonly Timing[] };

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    tokens: { type: "string", multiple: true, default: lengths.map(String) },
    heads: { type: "string", default: "3" },
    "head-dim": { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
  });
  const numHeads = Number(values.heads);
  const rows: Row[] = [];
  for (const gradient of [false, true]) {
    for (const numTokens of values.tokens.map(Number)) {
      const batchSize = Math.max(1, Math.floor(numStepTokens / numTokens));
      const dim = numHeads * Number(values["head-dim"]);
      const setup: AttentionSetup = { step: "attention", batchSize, numTokens, dim, numHeads, gradient };
      rows.push(await time(setup, Number(values.threads), Number(values.rounds)));
    }
  }
  console.log(`\n${rows[0]!.timings.map(({ name, detail }) => `${name} (${detail})`).join(", ")}\n`);
  console.log(summary(rows));
}

async function time(setup: AttentionSetup, numThreads: number, numRounds: number): Promise<Row> {
  await check(setup, numThreads);
  await using ours = startNative(setup, numThreads);
  await using theirs = await startTorch(setup, numThreads);
  await using theirBest = await startTorch(setup, numThreads, { avx512: true });
  const entrants = [await enter(ours), await enter(theirs), await enter(theirBest)];
  const rounds = { numRounds, numSteps: 9, numWarmSteps: 3 };
  const timings = await timeInTurn(entrants, rounds, (round, milliseconds) => {
    const times = milliseconds.map((ms) => ms.toFixed(2)).join(", ");
    console.log(`${describe(setup)}, round ${round + 1}: ${times} ms`);
  });
  return { setup, timings };
}

/** In processes of their own, whose memory does not count. */
async function check(setup: AttentionSetup, numThreads: number): Promise<void> {
  await using ours = startNative(setup, numThreads);
  await using theirs = await startTorch(setup, numThreads);
  await checkSame(setup, ours, theirs);
}

/** Floating-point operations: two products forward, five more for the gradient, which finds the weights again on both sides. */
function operations({ batchSize, numTokens, dim, gradient }: AttentionSetup): number {
  return (gradient ? 7 : 2) * 2 * batchSize * numTokens ** 2 * dim;
}

function summary(rows: readonly Row[]): string {
  const header = ["work", "N", "batch", "ns a token", "PyTorch", "AVX-512 in MKL", "GFLOP/s", "PyTorch"];
  header.push("AVX-512 in MKL", "ratio", "to AVX-512 in MKL", "peak MiB", "PyTorch");
  const cells = rows.map(({ setup, timings }) => {
    const numTokens = setup.batchSize * setup.numTokens;
    const times = timings.map(({ roundMilliseconds }) => 1e6 * median(roundMilliseconds)); // ns
    const ratio = (theirs: Timing) =>
      median(timings[0]!.roundMilliseconds.map((ms, i) => theirs.roundMilliseconds[i]! / ms)).toFixed(2);
    return [
      setup.gradient ? "forward and gradient" : "forward",
      `${setup.numTokens}`,
      `${setup.batchSize}`,
      ...times.map((ns) => (ns / numTokens).toFixed(0)),
      ...times.map((ns) => (operations(setup) / ns).toFixed(0)),
      ...timings.slice(1).map(ratio),
      ...timings.slice(0, 2).map(({ memory: { peak, idle } }) => ((peak - idle) / 2 ** 20).toFixed(0)),
    ];
  });
  return table(header, cells);
}
