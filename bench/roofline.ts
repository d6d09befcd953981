/**
 * Where a step's time goes beside what the machine can do: `deno task bench:roofline`. Measures the machine's ceilings, then takes steps
 * with a stopwatch on every C function and every kernel.
 *
 * @module
 */
import { type Ceilings, leastMilliseconds, measureCeilings } from "./_ceilings.ts";
import { parseOptions } from "./_parse_options.ts";
import { startNative } from "./_start_contenders.ts";
import type { NativeReading, Reading } from "./_stopwatches.ts";
import { table } from "./_table.ts";
import type { Setup } from "./steps/setup.ts";
import { describe, embeddingTiny, extremaReference, maeSmall, transformerFull } from "./steps/setups.ts";

const setups: Readonly<Record<string, Setup>> = {
  extrema: extremaReference,
  mae: maeSmall,
  transformer: transformerFull,
  embedding: embeddingTiny(64),
};

/** Some steps of one work. */
type Profile = {
  readonly milliseconds: number; // of a step
  readonly numSteps: number;
  readonly reading: Reading;
  readonly collectedMilliseconds: number; // of all steps, by the garbage collector
};

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    step: { type: "string", multiple: true, default: ["extrema", "mae", "transformer"] },
    steps: { type: "string", default: "5" }, // that are measured
    threads: { type: "string", default: "2" },
    shapes: { type: "string", default: "16" }, // how many calls of one size to list
    json: { type: "boolean", default: false },
  });
  const unknown = values.step.find((name) => !Object.hasOwn(setups, name));
  if (unknown !== undefined) {
    console.error(`There is no step ${unknown}: choose one of ${Object.keys(setups).join(", ")}`);
    Deno.exit(2);
  }
  const numThreads = Number(values.threads);
  const ceilings = await measureCeilings([...new Set([1, numThreads])]);
  console.log(ceilingsTable(ceilings));
  const profiles: Record<string, Profile> = {};
  for (const name of values.step) {
    const setup = setups[name]!;
    const profile = profiles[name] = await measure(setup, numThreads, Number(values.steps));
    console.log(`\n${describe(setup)}\n\n${report(profile, ceilings.at(-1)!, Number(values.shapes))}`);
  }
  if (values.json) console.log(JSON.stringify({ ceilings, profiles }));
}

async function measure(setup: Setup, numThreads: number, numSteps: number): Promise<Profile> {
  await using contender = startNative(setup, numThreads, "--stopwatches");
  await contender.ask({ ask: "time", steps: 5 }); // compiled and warm
  const { milliseconds, reading } = await contender.ask({ ask: "time", steps: numSteps });
  const log = await contender.finish();
  return {
    milliseconds: sum(milliseconds) / numSteps,
    numSteps,
    reading: reading!,
    collectedMilliseconds: collectedMilliseconds(log, reading!.interval),
  };
}

/**
 * Pauses that V8's garbage collector tells of within an interval, as in
 * "[…] 123 ms: Scavenge 4.4 (5.0) -> 4.0 (5.8) MB, pooled: 0.0 MB, 3.38 / 0.00 ms …".
 */
function collectedMilliseconds(log: readonly string[], [start, end]: readonly [number, number]): number {
  return sum(log.map((line) => {
    const [, at, pause] = /\]\s+(\d+) ms: .* MB, ([\d.]+) \/ [\d.]+ ms/.exec(line) ?? [];
    return Number(at) >= start && Number(at) <= end ? Number(pause) : 0;
  }));
}

function ceilingsTable(ceilings: readonly Ceilings[]): string {
  const rows = ceilings.map(({ numThreads, multiplyAdd, bandwidth }) => [
    `${numThreads}`,
    (multiplyAdd / 1e9).toFixed(0),
    ...bandwidth.map(({ copy, triad }) => `${(copy / 1e9).toFixed(0)} / ${(triad / 1e9).toFixed(0)}`),
  ]);
  const sizes = ceilings[0]!.bandwidth.map(({ bytes }) => `${bytes / 2 ** 20} MiB`);
  return "Ceilings: f32 multiply-adds in GFLOP/s; copy / triad in GB/s by the size of all arrays\n\n" +
    table(["threads", "GFLOP/s", ...sizes], rows);
}

function report(profile: Profile, ceilings: Ceilings, numShapes: number): string {
  const { milliseconds, numSteps, reading } = profile;
  const { native, script, watching, pageFaults } = reading;
  const total = milliseconds - watching / numSteps;
  const row = (name: string, calls: number, ms: number, part: readonly NativeReading[]) => {
    // Call by call, so that each has the bandwidth of its own working set.
    const least = sum(part.map((one) => {
      const { milliseconds } = leastMilliseconds(ceilings, {
        flop: one.flop / one.calls,
        bytes: one.bytes / one.calls,
      });
      return one.calls * milliseconds;
    }));
    const [flop, bytes] = [sum(part.map(({ flop }) => flop)), sum(part.map(({ bytes }) => bytes))];
    const spent = sum(part.map(({ milliseconds }) => milliseconds));
    const computes =
      leastMilliseconds(ceilings, { flop: flop / calls, bytes: bytes / calls }).bound === "compute";
    return [
      name,
      (calls / numSteps).toFixed(0),
      (ms / numSteps).toFixed(2),
      (flop / numSteps / 1e9).toFixed(2),
      (bytes / numSteps / 1e6).toFixed(0),
      (flop / spent / 1e6).toFixed(0),
      (bytes / spent / 1e6).toFixed(0),
      computes ? "compute" : "memory",
      percent(least / spent),
      percent(ms / numSteps / total),
    ];
  };
  const bySymbol = Object.entries(Object.groupBy(native, ({ symbol }) => symbol))
    .map(([symbol, part]) => ({
      symbol,
      part: part!,
      ms: sum(part!.map(({ milliseconds }) => milliseconds)),
    }))
    .sort((a, b) => b.ms - a.ms);
  const header = ["calls", "ms", "GFLOP", "MB", "GFLOP/s", "GB/s", "bound", "of ceiling", "of step"];
  const kernels = bySymbol.map(({ symbol, part, ms }) =>
    row(symbol, sum(part.map(({ calls }) => calls)), ms, part)
  );
  const all = row(
    "all C functions",
    sum(native.map(({ calls }) => calls)),
    sum(bySymbol.map(({ ms }) => ms)),
    native,
  );
  const shapes = native.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, numShapes)
    .map((one) => row(`${one.symbol} ${one.sizes.join(" ")}`, one.calls, one.milliseconds, [one]));

  const inNative = sum(native.map(({ milliseconds }) => milliseconds)) / numSteps;
  const inScript = sum(Object.values(script)) / numSteps;
  const collected = profile.collectedMilliseconds / numSteps;
  const rest = total - inNative - inScript - collected;
  const slowest = Object.entries(script).sort(([, a], [, b]) => b - a).slice(0, 6)
    .map(([name, ms]) => `${name} ${(ms / numSteps).toFixed(2)}`).join(", ");
  const line = (name: string, ms: number, note = "") => [name, ms.toFixed(2), percent(ms / total), note];
  return [
    table(["C function", ...header], [...kernels, all]),
    table(["calls with the same sizes", ...header], shapes),
    table(["where a step passes", "ms", "of step", ""], [
      line("step", total),
      line("C functions", inNative),
      line("kernels' JavaScript", inScript, slowest),
      line("garbage collection", collected),
      line("tape, scopes, masks and the rest", rest),
      ["memory touched for the first time", "", "", `${(pageFaults / numSteps / 256).toFixed(1)} MiB a step`],
    ]),
  ].join("\n\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, x) => total + x, 0);
}
