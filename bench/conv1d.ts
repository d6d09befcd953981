/**
 * The convolutions of data2vec's waveform encoder beside PyTorch's: `deno task bench:conv1d`. Each is timed by itself, forward and with
 * its gradients.
 *
 * @module
 */
import { checkSame } from "./_check_same.ts";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { startNative, startTorch } from "./_start_contenders.ts";
import { table } from "./_table.ts";
import { enter, timeInTurn, type Timing } from "./_time_in_turn.ts";
import type { Conv1dSetup } from "./steps/setup.ts";
import { describe } from "./steps/setups.ts";

type Layer = Omit<Conv1dSetup, "step" | "batchSize" | "gradient">;

/** One row of the table. */
type Row = { readonly setup: Conv1dSetup; readonly timings: readonly Timing[] };

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    seconds: { type: "string", default: "1" }, // of sound
    batch: { type: "string", default: "8" },
    layer: { type: "string", multiple: true, default: [] }, // from 1; all when left out
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
  });
  const layers = layersOf(16_000 * Number(values.seconds));
  const chosen = values.layer.length > 0 ? values.layer.map((layer) => layers[Number(layer) - 1]!) : layers;
  const rows: Row[] = [];
  for (const gradient of [false, true]) {
    for (const layer of chosen) {
      const setup: Conv1dSetup = { step: "conv1d", batchSize: Number(values.batch), gradient, ...layer };
      rows.push(await time(setup, Number(values.threads), Number(values.rounds)));
    }
  }
  console.log(`\n${rows[0]!.timings.map(({ name, detail }) => `${name} (${detail})`).join(", ")}\n`);
  console.log(summary(rows));
}

/** The seven layers from a waveform at 16 kHz to features at 50 Hz, and a layer of positions (arXiv:2202.03555, §4.2). */
function layersOf(numSamples: number): Layer[] {
  const layers: Layer[] = [];
  let [time, channels] = [numSamples, 1];
  for (const [kernelSize, stride] of [[10, 5], [3, 2], [3, 2], [3, 2], [3, 2], [2, 2], [2, 2]] as const) {
    layers.push({ time, channels, outChannels: 512, kernelSize, stride, groups: 1, padding: "valid" });
    time = Math.floor((time - kernelSize) / stride) + 1;
    channels = 512;
  }
  const dim = 768;
  return [...layers, {
    time,
    channels: dim,
    outChannels: dim,
    kernelSize: 19,
    stride: 1,
    groups: 16,
    padding: "same",
  }];
}

async function time(setup: Conv1dSetup, numThreads: number, numRounds: number): Promise<Row> {
  await using ours = startNative(setup, numThreads);
  await using theirs = await startTorch(setup, numThreads);
  await checkSame(setup, ours, theirs);
  const entrants = [await enter(ours), await enter(theirs)];
  const rounds = { numRounds, numSteps: 9, numWarmSteps: 3 };
  const timings = await timeInTurn(entrants, rounds, (round, milliseconds) => {
    const times = milliseconds.map((ms) => ms.toFixed(2)).join(", ");
    console.log(`${describe(setup)}, round ${round + 1}: ${times} ms`);
  });
  return { setup, timings };
}

/** Floating-point operations of the product, and of one more for each gradient. */
function operations(setup: Conv1dSetup): number {
  const { batchSize, time, channels, outChannels, kernelSize, stride, groups, padding, gradient } = setup;
  const outTime = padding === "same" ? time : Math.floor((time - kernelSize) / stride) + 1;
  const numProducts = !gradient ? 1 : channels > 1 ? 3 : 2;
  return numProducts * 2 * batchSize * outTime * outChannels * kernelSize * channels / groups;
}

function summary(rows: readonly Row[]): string {
  const header = [
    "work",
    "channels",
    "kernel",
    "stride",
    "time",
    "ms",
    "PyTorch",
    "GFLOP/s",
    "PyTorch",
    "ratio",
  ];
  const cells = rows.map(({ setup, timings }) => {
    const times = timings.map(({ roundMilliseconds }) => median(roundMilliseconds));
    const [ours, theirs] = timings.map(({ roundMilliseconds }) => roundMilliseconds);
    return [
      setup.gradient ? "forward and gradients" : "forward",
      `${setup.channels}`,
      `${setup.kernelSize}`,
      `${setup.stride}`,
      `${setup.time}`,
      ...times.map((ms) => ms.toFixed(2)),
      ...times.map((ms) => (operations(setup) / ms / 1e6).toFixed(0)),
      median(ours!.map((ms, i) => theirs![i]! / ms)).toFixed(2),
    ];
  });
  return table(header, cells);
}
