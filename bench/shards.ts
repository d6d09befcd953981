/**
 * How fast blocks are read from shards, beside copies in memory, in turn within one run: `deno task bench:shards`. The shards are in
 * the system's file cache, as after a first epoch.
 *
 * @module
 */
import { type Dataset, openDataset, type Row, type Source, writeShards } from "@lacuna/data/shards";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { table } from "./_table.ts";

const folder = ".lacuna/bench/shards";

/** Data sets of one column kind each, about `megabytes` large. */
const kinds: Record<string, (megabytes: number) => Source> = {
  "28×28 images": (megabytes) => images(28, 1, megabytes),
  "224×224×3 images": (megabytes) => images(224, 3, megabytes),
  "JPEG-sized files": (megabytes) =>
    sourceOf([{ name: "file", kind: "encodedImage" }], megabytes * 1e6 / 40_000, (i) => ({
      file: noise.subarray(i % 1000, i % 1000 + 20_000 + (i * 7919) % 40_000),
    })),
  "waveforms of 2 s": (megabytes) =>
    sourceOf([{ name: "wave", kind: "waveform", sampleRate: 16_000 }], megabytes * 1e6 / 128_000, (i) => ({
      wave: sound.subarray(i % 1000, i % 1000 + 32_000),
    })),
};
const sound = Float32Array.from({ length: 33_000 }, (_, i) => Math.sin(i / 10));
const noise = new Uint8Array(1 << 18).map((_, i) => Math.imul(i, 2654435761) >>> 24);

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const { megabytes, rounds } = parseOptions(args, {
    megabytes: { type: "string", default: "256" },
    rounds: { type: "string", default: "5" },
  });
  const rows: string[][] = [];
  for (const [name, make] of Object.entries(kinds)) {
    rows.push(...await measure(name, make(Number(megabytes)), Number(rounds)));
  }
  console.log(table(["read", "GB/s", "rows/s", "µs a block", "of a copy's rate"], rows));
  await Deno.remove(folder, { recursive: true });
}

/** Times an epoch of each way to read, and of copies of as many bytes, round by round. */
async function measure(name: string, source: Source, numRounds: number): Promise<string[][]> {
  const start = performance.now();
  await writeShards(folder, source, { replace: true });
  const seconds = (performance.now() - start) / 1000;
  const ways = {
    "SHA-256 each time": await openDataset(folder, { verify: "always" }),
    "CRC-32 after a first time": await openDataset(folder, { verify: "first" }),
    "unchecked": await openDataset(folder, { verify: "never" }),
  };
  const split = ways.unchecked.split("train");
  const numBytes = split.manifest.splits["train"]!.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  const memory = new Uint8Array(split.maxBlockBytes);
  await epoch(ways["CRC-32 after a first time"], memory);
  const copies: number[] = [];
  const times = Object.values(ways).map((): number[] => []);
  for (let round = 0; round < numRounds; round++) {
    copies.push(copy(numBytes, memory));
    for (const [i, dataset] of Object.values(ways).entries()) times[i]!.push(await epoch(dataset, memory));
  }
  const rows = Object.entries(ways).map(([way, dataset], i) => {
    dataset.close();
    const time = median(times[i]!);
    return [
      `${name}, ${way}`,
      (numBytes / time / 1e9).toFixed(1),
      Math.round(split.numRows / time).toLocaleString("en"),
      (1e6 * time / split.numBlocks).toFixed(0),
      `${(100 * median(copies.map((copy, round) => copy / times[i]![round]!))).toFixed(0)} %`,
    ];
  });
  const written = [
    (numBytes / seconds / 1e9).toFixed(2),
    Math.round(split.numRows / seconds).toLocaleString("en"),
  ];
  return [...rows, [`${name}, written`, ...written]];
}

/** Seconds to read every block. */
async function epoch(dataset: Dataset, memory: Uint8Array<ArrayBuffer>): Promise<number> {
  const split = dataset.split("train");
  const start = performance.now();
  for (let block = 0; block < split.numBlocks; block++) await split.readBlock(block, memory);
  return (performance.now() - start) / 1000;
}

/** Seconds to copy as many bytes from memory that is in no cache to memory that may be. */
function copy(numBytes: number, memory: Uint8Array): number {
  const from = new Uint8Array(Math.ceil(numBytes / memory.length) * memory.length).fill(1);
  const start = performance.now();
  for (let at = 0; at < from.length; at += memory.length) memory.set(from.subarray(at, at + memory.length));
  return (performance.now() - start) / 1000;
}

function images(size: number, channels: number, megabytes: number): Source {
  const length = size * size * channels;
  return sourceOf(
    [
      { name: "image", kind: "image", shape: [size, size, channels] },
      { name: "label", kind: "label", classNames: ["a", "b"] },
    ],
    megabytes * 1e6 / length,
    (i) => ({ image: noise.subarray(i % 1000, i % 1000 + length), label: i % 2 }),
  );
}

function sourceOf(columns: Source["columns"], numRows: number, row: (i: number) => Row): Source {
  const items = async function* (from: number) {
    for (let i = from; i < numRows; i++) yield await { row: row(i) };
  };
  return { name: "bench", source: "made up", licence: "none", columns, splits: { train: { items } } };
}
