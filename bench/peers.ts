/**
 * Our steps beside other frameworks': `deno task bench:peers`. First both sides must find the same losses and gradients, then they are
 * timed in turn. A peer that is not there is skipped, and the table says why.
 *
 * @module
 */
import { overrideConfig } from "@lacuna/pipelines/config";
import { checkSame } from "./_check_same.ts";
import type { Contender } from "./_contender.ts";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import {
  startJax,
  startNative,
  startOnnxRuntime,
  startTfjsWasm,
  startTorch,
  startWasm,
} from "./_start_contenders.ts";
import { table } from "./_table.ts";
import { enter, type Rounds, timeInTurn, type Timing } from "./_time_in_turn.ts";
import { batchSizeOf, type ExtremaSetup, type Setup } from "./steps/setup.ts";
import { describe, embeddingTiny, extremaReference, maeSmall, transformerFull } from "./steps/setups.ts";

/** Somebody who does the same work. */
type Rival = {
  readonly name: string;
  start(): Contender | Promise<Contender>;
  /** How many times as fast we want to be. */
  readonly expected?: number;
  /** What share of the rival's memory we want to need at most. */
  readonly expectedMemory?: number;
  /** Whether another rival has shown already that this program computes the same. */
  readonly checked?: boolean;
};

/** One work, done by us and by rivals. */
type Comparison = {
  readonly name: string;
  readonly setup: Setup;
  start(): Contender;
  readonly rivals: readonly Rival[];
  /** Timed steps a round and contender. */
  readonly numSteps: number;
  readonly numWarmSteps?: number;
  /** Steps that are compared before. */
  readonly numCheckedSteps?: number;
};

/** What came of one rival: a reason why not, or both sides' timings. */
type Outcome =
  & { readonly work: string; readonly batchSize: number; readonly rival: Rival }
  & (
    | { readonly skipped: string }
    | { readonly ours: Timing; readonly theirs: Timing }
  );

const groups = ["extrema", "mae", "transformer", "embedding", "wasm"] as const;

/** What fits into the memory that each peer on WebAssembly has. */
const wasmBatchSizes = { tfjs: 16, jax: 32 };

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    step: { type: "string", multiple: true, default: ["all"] }, // extrema, mae, transformer, embedding, wasm
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    set: { type: "string", multiple: true, default: [] }, // key=value, replaces a field of ExtreMA's config
    json: { type: "boolean", default: false },
  });
  const numThreads = Number(values.threads);
  const reference: ExtremaSetup = {
    ...extremaReference,
    config: overrideConfig(extremaReference.config, values.set),
  };
  const unknown = values.step.find((name) => name !== "all" && !groups.some((group) => group === name));
  if (unknown !== undefined) {
    console.error(`There is no step ${unknown}: choose one of all, ${groups.join(", ")}`);
    Deno.exit(2);
  }
  const outcomes: Outcome[] = [];
  for (const comparison of comparisons(reference, numThreads)) {
    const isAsked = values.step.some((name) => name === "all" || comparison.name.startsWith(name));
    if (isAsked) outcomes.push(...await compare(comparison, Number(values.rounds)));
  }
  console.log(`\n${summary(outcomes)}`);
  if (values.json) console.log(JSON.stringify(outcomes));
}

function comparisons(reference: ExtremaSetup, numThreads: number): Comparison[] {
  const native = (setup: Setup) => () => startNative(setup, numThreads);
  const eager = (setup: Setup, expected?: number): Rival => ({
    name: "PyTorch, eager",
    start: () => startTorch(setup, numThreads),
    ...expected !== undefined && { expected, expectedMemory: 0.8 },
  });
  const compiled = (setup: Setup, expected?: number): Rival => ({
    name: "PyTorch, torch.compile",
    start: () => startTorch(setup, numThreads, { compile: true }),
    checked: true,
    ...expected !== undefined && { expected },
  });
  const avx512 = (setup: Setup): Rival => ({
    name: "PyTorch, eager, MKL told to use AVX-512",
    start: () => startTorch(setup, numThreads, { avx512: true }),
    checked: true,
  });
  const withBatch = (batchSize: number): ExtremaSetup => {
    const { schedule, ...config } = reference.config;
    return { ...reference, config: { ...config, schedule: { ...schedule, batchSize } } };
  };
  const [tfjsSetup, jaxSetup] = [withBatch(wasmBatchSizes.tfjs), withBatch(wasmBatchSizes.jax)];
  return [
    {
      name: "extrema",
      setup: reference,
      start: native(reference),
      rivals: [eager(reference, 1.5), compiled(reference, 1.1), avx512(reference)],
      numSteps: 3,
    },
    {
      name: "mae",
      setup: maeSmall,
      start: native(maeSmall),
      rivals: [eager(maeSmall, 1.3), avx512(maeSmall)],
      numSteps: 2,
    },
    {
      name: "transformer",
      setup: transformerFull,
      start: native(transformerFull),
      rivals: [eager(transformerFull, 1.3), avx512(transformerFull)],
      numSteps: 3,
    },
    ...[1, 64].map((batchSize): Comparison => {
      const setup = embeddingTiny(batchSize);
      return {
        name: `embedding, batch ${batchSize}`,
        setup,
        start: native(setup),
        rivals: [
          eager(setup, 1.5),
          compiled(setup),
          avx512(setup),
          { name: "onnxruntime-node", start: () => startOnnxRuntime(setup, numThreads), expected: 1 },
        ],
        numSteps: batchSize === 1 ? 30 : 3,
        numWarmSteps: batchSize === 1 ? 10 : 1,
      };
    }),
    {
      name: "wasm, one thread",
      setup: tfjsSetup,
      start: () => startWasm(tfjsSetup),
      rivals: [{ name: "tfjs-backend-wasm", start: () => startTfjsWasm(tfjsSetup), expected: 2 }],
      numSteps: 1,
      numWarmSteps: 0,
      numCheckedSteps: 1, // a step takes a quarter of a minute
    },
    {
      name: "wasm, one thread",
      setup: jaxSetup,
      start: () => startWasm(jaxSetup),
      rivals: [{ name: "jax-js, wasm", start: () => startJax(jaxSetup), expected: 2 }],
      numSteps: 1,
      numWarmSteps: 0,
    },
  ];
}

async function compare(comparison: Comparison, numRounds: number): Promise<Outcome[]> {
  const { name: work, setup, rivals, numSteps, numWarmSteps = 1 } = comparison;
  const batchSize = batchSizeOf(setup);
  console.log(`\n${describe(setup)}`);
  const present: Rival[] = [];
  const outcomes: Outcome[] = [];
  const skip = (rival: Rival, error: unknown) => {
    const skipped = error instanceof Error ? error.message : String(error);
    console.log(`skipped ${rival.name}: ${skipped}`);
    outcomes.push({ work, batchSize, rival, skipped });
  };
  for (const rival of rivals) {
    try {
      if (!rival.checked) await checkRival(comparison, rival);
      present.push(rival);
    } catch (error) {
      skip(rival, error);
    }
  }
  await using stack = new AsyncDisposableStack();
  const entrants = [await enter(stack.use(comparison.start()))];
  const timed: Rival[] = [];
  for (const rival of present) {
    try {
      entrants.push(await enter(stack.use(await rival.start()))); // a compiler that is missing shows here
      timed.push(rival);
    } catch (error) {
      skip(rival, error);
    }
  }
  const rounds: Rounds = { numRounds, numSteps, numWarmSteps };
  const [ours, ...others] = await timeInTurn(entrants, rounds, (round, milliseconds) => {
    console.log(
      `round ${round + 1} of ${numRounds}: ${milliseconds.map((ms) => ms.toFixed(1)).join(", ")} ms`,
    );
  });
  const compared = timed.map((rival, i): Outcome => ({
    work,
    batchSize,
    rival,
    ours: ours!,
    theirs: others[i]!,
  }));
  for (const { name, detail } of [ours!, ...others]) console.log(`${name}: ${detail}`);
  return [...compared, ...outcomes];
}

/** In processes of their own, whose memory does not count. */
async function checkRival(comparison: Comparison, rival: Rival): Promise<void> {
  await using theirs = await rival.start();
  await using ours = comparison.start();
  for (const line of await checkSame(comparison.setup, ours, theirs, comparison.numCheckedSteps)) {
    console.log(line);
  }
}

/** Both tables of everything that was compared. */
function summary(outcomes: readonly Outcome[]): string {
  const speed = outcomes.map((outcome) => {
    const { work, batchSize, rival: { name, expected } } = outcome;
    const wanted = expected === undefined ? "" : `≥ ${expected.toFixed(1)}`;
    if ("skipped" in outcome) return [`${work} against ${name}`, `${batchSize}`, wanted, "skipped"];
    const { ours, theirs } = outcome;
    // Round by round, so that what slows the machine down for a while slows both sides of a ratio.
    const ratios = ours.roundMilliseconds.map((ms, i) => theirs.roundMilliseconds[i]! / ms);
    const speedOf = ({ roundMilliseconds }: Timing) =>
      (1000 * batchSize / median(roundMilliseconds)).toFixed(1);
    return [
      `${work} against ${name}`,
      `${batchSize}`,
      wanted,
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
      speedOf(ours),
      speedOf(theirs),
      median(ours.roundMilliseconds).toFixed(1),
      median(theirs.roundMilliseconds).toFixed(1),
    ];
  });
  const memory = outcomes.flatMap((outcome) => {
    const { work, batchSize, rival: { name, expectedMemory } } = outcome;
    if ("skipped" in outcome || expectedMemory === undefined) return [];
    const [ours, theirs] = [outcome.ours.memory, outcome.theirs.memory];
    return [[
      `${work} against ${name}`,
      `${batchSize}`,
      `≤ ${expectedMemory.toFixed(1)}`,
      (ours.peak / theirs.peak).toFixed(2),
      mebibytes(ours.peak),
      mebibytes(theirs.peak),
      mebibytes(ours.peak - ours.idle),
      mebibytes(theirs.peak - theirs.idle),
    ]];
  });
  return [
    table(
      ["speed", "batch", "expected", "ratio", "rounds", "ours /s", "theirs /s", "ours ms", "theirs ms"],
      speed,
    ),
    table(
      [
        "peak memory",
        "batch",
        "expected",
        "ratio",
        "ours MiB",
        "theirs MiB",
        "ours above idle",
        "theirs above idle",
      ],
      memory,
    ),
  ].join("\n\n");
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
