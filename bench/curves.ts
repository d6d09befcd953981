/**
 * Images a second against batch, tokens, width and depth, beside eager PyTorch's: `deno task bench:curves`. One quantity varies at a time,
 * from a transformer's training step on what masking leaves of ViT-Ti's tokens. Prints a table and writes `bench/curves.svg`.
 *
 * @module
 */
import { type Chart, lineCharts } from "./line_charts.ts";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { startNative, startTorch } from "./_start_contenders.ts";
import { table } from "./_table.ts";
import type { TransformerSetup } from "./steps/setup.ts";

/** 49 of 196 tokens, as 75 % masking leaves. */
const base: TransformerSetup = {
  step: "transformer",
  batchSize: 64,
  numTokens: 49,
  dim: 192,
  depth: 12,
  numHeads: 3,
};

/** What varies, and with it what must. */
const curves: readonly {
  readonly title: string;
  readonly x: readonly number[];
  at(x: number): TransformerSetup;
}[] = [
  { title: "batch", x: [8, 16, 32, 64, 128], at: (batchSize) => ({ ...base, batchSize }) },
  {
    title: "tokens of 196", // 90, 75, 50, 25 and 0 % masked
    x: [20, 49, 98, 147, 196],
    at: (numTokens) => ({ ...base, numTokens }),
  },
  {
    title: "width",
    x: [96, 192, 384, 768],
    at: (dim) => ({ ...base, dim, numHeads: Math.max(3, dim / 64) }),
  },
  { title: "depth", x: [3, 6, 12, 24], at: (depth) => ({ ...base, depth }) },
];

const maxRounds = 5;

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    threads: { type: "string", default: "2" },
    limit: { type: "string", default: "15" }, // seconds of timed steps a point, both sides together
    only: { type: "string", multiple: true, default: curves.map(({ title }) => title) },
  });
  const numThreads = Number(values.threads);
  const rows: string[][] = [];
  const charts: Chart[] = [];
  for (const { title, x, at } of curves.filter(({ title }) => values.only.includes(title))) {
    const [ours, theirs]: (number | undefined)[][] = [[], []];
    for (const value of x) {
      const setup = at(value);
      const speeds = await measure(setup, numThreads, 1000 * Number(values.limit));
      ours!.push(speeds.ours);
      theirs!.push(speeds.theirs);
      const cells = [speeds.ours, speeds.theirs].map((speed) => speed?.toFixed(1) ?? "–");
      const row = [`${title} ${value}`, ...cells, speeds.ratio?.toFixed(2) ?? "–"];
      console.log(row.join("  "));
      rows.push(row);
    }
    charts.push({
      title,
      x,
      lines: [{ name: "Lacuna, native", y: ours! }, { name: "PyTorch, eager", y: theirs! }],
    });
  }
  console.log(
    `\nTraining steps at batch ${base.batchSize}, ${base.numTokens} tokens, width ${base.dim}, depth ${base.depth} but for what varies; ` +
      `images/s\n\n${table(["", "Lacuna, native", "PyTorch, eager", "ratio"], rows)}`,
  );
  await Deno.writeTextFile(`${import.meta.dirname}/curves.svg`, lineCharts(charts, "images a second"));
}

type Speeds = {
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
  readonly ratio: number | undefined;
};

/** Images a second of both sides in turn, after a step that does not count; a side that cannot run has none. */
async function measure(setup: TransformerSetup, numThreads: number, limit: number): Promise<Speeds> {
  await using stack = new AsyncDisposableStack();
  const contenders = [stack.use(startNative(setup, numThreads))];
  try {
    contenders.push(stack.use(await startTorch(setup, numThreads)));
  } catch (error) {
    console.log((error as Error).message);
  }
  for (const contender of contenders) await contender.ask({ ask: "time", steps: 2 });
  const times: number[][] = contenders.map(() => []);
  const begin = performance.now();
  for (let round = 0; round < maxRounds && (round === 0 || performance.now() - begin < limit); round++) {
    for (const [i, contender] of contenders.entries()) {
      const { milliseconds } = await contender.ask({ ask: "time", steps: 2 });
      times[i]!.push(milliseconds[1]!); // the first wakes the threads
    }
  }
  const [ours, theirs] = times;
  const speed = (ms: readonly number[] | undefined) => ms && 1000 * setup.batchSize / median(ms);
  return {
    ours: speed(ours),
    theirs: speed(theirs),
    ratio: theirs && median(theirs.map((ms, round) => ms / ours![round]!)),
  };
}
