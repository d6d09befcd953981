/**
 * The data layer beside PyTorch's: `deno task bench:data`. Both sides make the same float32 batches of the same pictures, in turn; then
 * come reading of columns, the time to a first batch, and memory over a set of 10⁸ rows. What a comparison needs is made first and
 * stays below `.lacuna/bench/data`.
 *
 * @module
 */
import { parseOptions } from "./_parse_options.ts";
import { findPython } from "./_start_contenders.ts";
import { runScript } from "./data/run_script.ts";
import type { Work } from "./data/setup.ts";
import { startTable } from "./data/start_table.ts";
import { compareThroughput, type Comparison, throughputTable } from "./data/throughput.ts";

const parts = ["encoded", "webdataset", "decoded", "start"] as const;
const folder = ".lacuna/bench/data";

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    part: { type: "string", multiple: true, default: ["all"] },
    images: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    workers: { type: "string", default: "2" },
    batch: { type: "string", default: "64" },
  });
  const unknown = values.part.find((name) => name !== "all" && !parts.some((part) => part === name));
  if (unknown !== undefined) {
    console.error(`There is no part ${unknown}: choose one of all, ${parts.join(", ")}`);
    Deno.exit(2);
  }
  const isAsked = (part: string) => values.part.some((name) => name === "all" || name === part);
  const work: Work = { numWorkers: Number(values.workers), batchSize: Number(values.batch), size: 224 };
  const [numImages, numRounds] = [Number(values.images), Number(values.rounds)];
  await makeSets(numImages);

  const outcomes = [];
  for (const comparison of comparisons.filter(({ part }) => isAsked(part))) {
    outcomes.push(...await compareThroughput(comparison, work, numRounds));
  }
  if (outcomes.length > 0) console.log(`\n${throughputTable(outcomes, numImages)}`);
  if (isAsked("start")) console.log(`\n${await startTable(folder, work, numRounds)}`);
}

/** What a DataLoader does best with, and what its documentation shows first. */
const ways = [
  { decode: "torchvision", transforms: "v2", late: true },
  { decode: "torchvision", transforms: "v2", late: false },
  { decode: "pil", transforms: "v2", late: false },
  { decode: "pil", transforms: "v1", late: false },
] as const;

const jpegs = ways.map((way) => ({ data: "folder", path: `${folder}/photos/train`, ...way } as const));
const tars = ways.map((way) => ({ data: "webdataset", path: `${folder}/webdataset`, ...way } as const));
const arrays = ways.slice(0, 2).map((
  way,
) => ({ data: "memmap", path: `${folder}/decoded.npy`, ...way } as const));

const comparisons: readonly (Comparison & { readonly part: string })[] = [
  { part: "encoded", path: `${folder}/encoded`, rivals: jpegs, expected: 2 },
  { part: "webdataset", path: `${folder}/encoded`, rivals: tars, expected: 2 },
  { part: "decoded", path: `${folder}/decoded`, rivals: jpegs, expected: 10 },
  { part: "decoded", path: `${folder}/decoded`, rivals: arrays },
];

/** Pictures by the peer's libraries, then our shards of the same. */
async function makeSets(numImages: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const python = await findPython();
  const { success } = await new Deno.Command(python, {
    args: [`${import.meta.dirname}/peers/make_photos.py`, folder, `${numImages}`],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${python} could not make the pictures: see its message above`);
  await runScript("make_sets.ts", [folder]);
}

if (import.meta.main) await main(Deno.args); // last: it uses the constants above
