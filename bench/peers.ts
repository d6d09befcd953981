/**
 * Our training step beside PyTorch's, and beside tfjs's wasm device: `deno task bench:peers`. First both sides must find the same
 * losses and gradients, then they are timed in turn.
 *
 * @module
 */
import { type ExtremaConfig, overrideConfig } from "@lacuna/pipelines/config";
import { preset } from "@lacuna/pipelines/presets";
import { parseArgs } from "node:util";
import { checkSame } from "./_check_same.ts";
import { median } from "./_median.ts";
import { startNative, startTorch, startWasm } from "./_start_contenders.ts";
import type { Reading } from "./_stopwatches.ts";
import { type Rounds, timeInTurn, type Timing } from "./_time_in_turn.ts";
import type { Setup } from "./_training_step.ts";

const image = { height: 32, width: 32, channels: 3 };
const wasmBatchSize = 16; // twice as many do not fit into the memory of tfjs's wasm device

type Options = Rounds & { readonly numThreads: number; readonly compile: boolean };

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      steps: { type: "string", default: "3" }, // timed steps a round and side
      threads: { type: "string", default: "2" },
      compile: { type: "boolean", default: false }, // torch.compile in place of eager PyTorch
      set: { type: "string", multiple: true, default: [] }, // key=value, replaces a field of the preset
    },
  });
  const setup: Setup = { config: overrideConfig(preset("reference"), values.set), image };
  const options: Options = {
    numRounds: Number(values.rounds),
    numSteps: Number(values.steps),
    numThreads: Number(values.threads),
    compile: values.compile,
  };
  console.log(describe(setup.config, options.numThreads));
  const beside = await compareTorch(setup, options);
  const wasm = await compareWasm(setup, options);
  const header = `\n${"".padEnd(32)} batch  images/s  ms a step       rounds  processor ms`;
  console.log([header, ...table(setup, beside), ...table(wasm.setup, wasm.timings)].join("\n"));
  console.log(["", ratio(beside), ratio(wasm.timings)].join("\n"));
  console.log(
    ["", ...[...beside, wasm.timings[1]!].map(({ name, detail }) => `${name}: ${detail}`)].join("\n"),
  );
  console.log(await profile(setup, options));
}

function describe(
  { encoder, heads, masks, schedule: { batchSize } }: ExtremaConfig,
  numThreads: number,
): string {
  return [
    `ExtreMA's training step in float32 with ${numThreads} threads: ${batchSize} images of ` +
    `${image.height}×${image.width}×${image.channels} in patches of ${encoder.patchSize}, encoder of width ${encoder.dim}, ` +
    `depth ${encoder.depth}, ${encoder.numHeads} heads, projector and predictor ${heads.hiddenDim} → ${heads.outDim}, ` +
    `${masks.numMasks} ${masks.kind} masks of ${100 * masks.ratio} %,`,
    "teacher on the whole image, drop path, AdamW, teacher's update; masks are drawn in the step, images are there before it",
  ].join("\n");
}

async function compareTorch(setup: Setup, { compile, ...options }: Options): Promise<Timing[]> {
  await using theirs = await startTorch(setup, options.numThreads, ...compile ? ["--compile" as const] : []);
  await using ours = startNative(setup, options.numThreads);
  for (const line of await checkSame(setup, ours, theirs)) console.log(line);
  return await timeInTurn([ours, theirs], options, (round, milliseconds) => {
    const [speed, theirSpeed] = milliseconds.map((ms) =>
      (1000 * setup.config.schedule.batchSize / ms).toFixed(1)
    );
    console.log(`round ${round + 1} of ${options.numRounds}: ours ${speed}, theirs ${theirSpeed} images/s`);
  });
}

async function compareWasm(
  { config, image }: Setup,
  { numThreads }: Options,
): Promise<{ setup: Setup; timings: Timing[] }> {
  const schedule = { ...config.schedule, batchSize: Math.min(wasmBatchSize, config.schedule.batchSize) };
  const setup = { config: { ...config, schedule }, image };
  await using native = startNative(setup, numThreads);
  await using wasm = startWasm(setup);
  const timings = await timeInTurn([native, wasm], { numRounds: 1, numSteps: 2 }, () => {});
  return { setup, timings };
}

function table({ config: { schedule: { batchSize } } }: Setup, timings: readonly Timing[]): string[] {
  return timings.map(({ name, roundMilliseconds, cpuMilliseconds }) => {
    const typical = median(roundMilliseconds);
    const columns = [
      name.padEnd(32),
      `${batchSize}`.padStart(5),
      (1000 * batchSize / typical).toFixed(1).padStart(9),
      typical.toFixed(0).padStart(10),
      `${Math.min(...roundMilliseconds).toFixed(0)}–${Math.max(...roundMilliseconds).toFixed(0)}`.padStart(
        12,
      ),
      cpuMilliseconds.toFixed(0).padStart(13),
    ];
    return columns.join(" ");
  });
}

/** Round by round, so that what slows the machine down for a while slows both sides of a ratio. */
function ratio([ours, theirs]: readonly Timing[]): string {
  const ratios = ours!.roundMilliseconds.map((ms, i) => theirs!.roundMilliseconds[i]! / ms);
  return `${ours!.name} is ${median(ratios).toFixed(2)} times as fast as ${theirs!.name} ` +
    `(${ratios.length} pairs, ${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

/** Where our step spends its time, from a run of its own with stopwatches. */
async function profile(setup: Setup, { numSteps, numThreads }: Options): Promise<string> {
  await using contender = startNative(setup, numThreads, "--stopwatches");
  const ask = async (steps: number) => await contender.ask({ ask: "time", steps });
  await ask(3); // compiled and warm
  const { milliseconds, reading } = await ask(numSteps);
  const { native, script } = reading!;
  const total = sum(milliseconds);
  const share = (ms: number) => `${(100 * ms / total).toFixed(1)} %`;
  const list = (times: Reading["native"], count: number) =>
    Object.entries(times).sort(([, a], [, b]) => b - a).slice(0, count)
      .map(([name, ms]) => `${name} ${share(ms)}`).join(", ");
  const [inNative, inScript] = [sum(Object.values(native)), sum(Object.values(script))];
  return [
    "",
    `Outside native kernels: ${share(total - inNative)} of a step of ${
      (total / numSteps).toFixed(0)
    } ms with stopwatches`,
    `  in C ${share(inNative)}: ${list(native, 10)}`,
    `  in kernels' JavaScript ${share(inScript)}: ${list(script, 6)}`,
    `  in tape, masks and the rest ${share(total - inNative - inScript)}`,
  ].join("\n");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, x) => total + x, 0);
}
