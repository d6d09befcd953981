/**
 * What the loader itself costs: `deno task bench:loader`. How fast orders are, rows a second from decoded blocks beside what memory can copy, the time to a
 * first batch from a thousand shards, and memory over an epoch of 10⁸ rows.
 *
 * @module
 */
import {
  blockOrder,
  columnsPreparation,
  createLoader,
  indexPermutation,
  type SplitReader,
} from "@lacuna/data/loader";
import { openDataset, type Row, writeShards } from "@lacuna/data/shards";
import { stream } from "@lacuna/random";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { table } from "./_table.ts";

const folder = ".lacuna/bench/thousand-shards";

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const { part, rows } = parseOptions(args, {
    part: { type: "string", multiple: true, default: ["order", "gather", "start", "memory"] },
    rows: { type: "string", default: "1e8" }, // of the epoch whose memory is watched
  });
  if (part.includes("order")) console.log(`${orders()}\n`);
  if (part.includes("gather")) console.log(`${await gathers()}\n`);
  if (part.includes("start")) console.log(`${await starts()}\n`);
  if (part.includes("memory")) console.log(`${await memory(Number(rows))}\n`);
  if (part.includes("first-batch")) console.log(await firstBatch()); // in a process of its own, for "start"
}

function orders(): string {
  const rates = (size: number) => {
    const prng = stream({ seed: 0, name: "bench" });
    const blocks = { numRows: size, rowsPerBlock: 1024, windowBlocks: 16, seed: 0 };
    return [indexPermutation(size, prng), blockOrder(blocks)].map((order) => {
      const out = new Float64Array(4096);
      let from = 0;
      const times = timed(9, () => {
        for (let i = 0; i < 200; i++, from = (from + out.length) % (size - out.length)) order.fill(from, out);
      });
      return (200 * out.length / median(times) / 1000).toFixed(1);
    });
  };
  return table(
    ["order of", "all rows, million /s", "16 blocks of 1024, million /s"],
    [1e6, 1e9, 1e12].map((size) => [`${size.toExponential()} rows`, ...rates(size)]),
  );
}

async function gathers(): Promise<string> {
  const lines: string[][] = [];
  for (const [side, batchSize] of [[8, 1024], [28, 1024], [64, 256], [224, 64]] as const) {
    for (const workers of [0, 1]) {
      const { split, blocks, rowBytes } = decodedSplit(side);
      const copied = copyRate(blocks, batchSize * rowBytes);
      const rate = await gatherRate(split, batchSize, workers);
      const gathered = rate * rowBytes / 1e9;
      lines.push([
        `${side} × ${side} × 3`,
        `${workers}`,
        `${batchSize}`,
        rate.toFixed(0),
        gathered.toFixed(2),
        copied.toFixed(2),
        `${(100 * gathered / copied).toFixed(0)} %`,
      ]);
    }
  }
  return table(
    ["decoded images", "workers", "batch", "rows /s", "GB/s", "copied in order, GB/s", "share"],
    lines,
  );
}

/** Images in blocks of about 4 MiB, of which 32 are there and stand for all. */
function decodedSplit(side: number): { split: SplitReader; blocks: readonly Uint8Array[]; rowBytes: number } {
  const column = { name: "image", kind: "image", shape: [side, side, 3] } as const;
  const rowBytes = side * side * 3;
  const rowsPerBlock = Math.max(1, Math.floor(2 ** 22 / rowBytes));
  const blocks = Array.from({ length: 32 }, (_, i) => new Uint8Array(rowsPerBlock * rowBytes).fill(i));
  const split: SplitReader = {
    name: "decoded",
    numRows: rowsPerBlock * 2 ** 16,
    rowsPerBlock,
    columns: [column],
    contentHash: `decoded ${side}`,
    readBlock: (block) =>
      Promise.resolve({
        first: block * rowsPerBlock,
        numRows: rowsPerBlock,
        columns: { image: { column, values: blocks[block % blocks.length]! } },
      }),
  };
  return { split, blocks, rowBytes };
}

/** GB/s of copying the blocks one after the other into memory of a batch's size. */
function copyRate(blocks: readonly Uint8Array[], batchBytes: number): number {
  const out = new Uint8Array(batchBytes);
  const times = timed(9, () => {
    for (const block of blocks) {
      for (let at = 0; at < block.length; at += batchBytes) out.set(block.subarray(at, at + batchBytes));
    }
  });
  return blocks.reduce((sum, block) => sum + block.length, 0) / median(times) / 1e6;
}

async function gatherRate(split: SplitReader, batchSize: number, workers: number): Promise<number> {
  const preparation = columnsPreparation({ image: {} });
  await using loader = await createLoader({
    data: split,
    preparation,
    batchSize,
    workers,
    shuffle: { windowBlocks: 16 },
  });
  const windowBatches = Math.ceil(16 * split.rowsPerBlock / batchSize); // in which as many blocks are read as are used up
  let numSamples = 0, started = 0;
  for await (using batch of loader.batches()) {
    if (batch.index < windowBatches) started = performance.now();
    else numSamples += batch.samples.count;
    if (numSamples > 0 && performance.now() - started > 1000) break;
  }
  return numSamples / (performance.now() - started) * 1000;
}

async function starts(): Promise<string> {
  await writeThousandShards();
  const lines: string[][] = [];
  const measured: number[][] = [];
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    const { stdout } = await new Deno.Command("deno", {
      args: ["run", "--no-remote", "--allow-read", "bench/loader.ts", "--part", "first-batch"],
    }).output();
    const whole = performance.now() - started;
    measured.push([...JSON.parse(new TextDecoder().decode(stdout)), whole]);
  }
  const names = [
    "open the manifest of 1,000 shards",
    "make the loader",
    "first batch of 256",
    "the three together",
    "the process",
  ];
  for (const [i, name] of names.entries()) {
    const times = measured.map((times) => times[i]!);
    lines.push([name, median(times).toFixed(1), Math.max(...times).toFixed(1)]);
  }
  return table(["start-up", "median ms", "most ms"], lines);
}

/** ms to open the data set, to make the loader, to the first batch, and all of it. */
async function firstBatch(): Promise<string> {
  const times = [performance.now()];
  const dataset = await openDataset(folder);
  times.push(performance.now());
  const preparation = columnsPreparation({ image: {}, label: {} });
  await using loader = await createLoader({ data: dataset.split("train"), preparation, batchSize: 256 });
  times.push(performance.now());
  for await (using _ of loader.batches()) break;
  times.push(performance.now());
  dataset.close();
  return JSON.stringify([...times.slice(1).map((time, i) => time - times[i]!), times[3]! - times[0]!]);
}

/** 1,000 shards of 64 images of 32 × 32, each image a copy of its row's number. */
async function writeThousandShards(): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const items = async function* (from: number) {
    for (let i = from; i < 64_000; i++) {
      yield { row: { image: new Uint8Array(3072).fill(i), label: i % 10 } satisfies Row };
    }
  };
  await writeShards(folder, {
    name: "thousand shards",
    source: "made up",
    licence: "none",
    columns: [
      { name: "image", kind: "image", shape: [32, 32, 3] },
      { name: "label", kind: "label", classNames: [] },
    ],
    splits: { train: { numItems: 64_000, items } },
  }, { rowsPerBlock: 64, shardBytes: 150_000, replace: true });
}

/** Resident memory as an epoch goes by. */
async function memory(numRows: number): Promise<string> {
  const column = { name: "number", kind: "number" } as const, rowsPerBlock = 2 ** 16;
  const split: SplitReader = {
    name: "made as it is read",
    numRows,
    rowsPerBlock,
    columns: [column],
    contentHash: "numbers",
    readBlock: (block) => {
      const first = block * rowsPerBlock, n = Math.min(rowsPerBlock, numRows - first);
      const values = new Float64Array(n);
      for (let i = 0; i < n; i++) values[i] = first + i;
      return Promise.resolve({ first, numRows: n, columns: { number: { column, values } } });
    },
  };
  const preparation = columnsPreparation({ number: {} });
  await using loader = await createLoader({
    data: split,
    preparation,
    batchSize: 8192,
    memoryBytes: 2 ** 26,
  });
  const lines: string[][] = [];
  let sum = 0;
  for await (using batch of loader.batches()) {
    for (let i = 0; i < batch.samples.count; i++) sum += batch.samples.row[i]!;
    if ((batch.index + 1) % Math.floor(loader.numBatches / 10) !== 0) continue;
    const { batchesPerSecond } = loader.metrics();
    const { rss } = Deno.memoryUsage();
    lines.push([
      `${batch.index + 1}`,
      (rss / 2 ** 20).toFixed(0),
      (batchesPerSecond * 8192 / 1e6).toFixed(1),
    ]);
  }
  const expected = numRows * (numRows - 1) / 2; // each row once
  if (Math.abs(sum / expected - 1) > 1e-9) throw new Error(`The rows sum to ${sum}, not to ${expected}`);
  return `${numRows.toExponential()} rows, each of them seen\n\n` +
    table(["batch of 8192", "resident MiB", "million rows /s"], lines);
}

function timed(rounds: number, work: () => void): number[] {
  work(); // compiled
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}
