import { Contender } from "../_contender.ts";
import { median } from "../_median.ts";
import { findPython } from "../_start_contenders.ts";
import { table } from "../_table.ts";
import { enter, timeInTurn, type Timing } from "../_time_in_turn.ts";
import { scriptArgs } from "./run_script.ts";
import type { PeerData, Work } from "./setup.ts";

/** A set of ours, and what its loader is compared with. */
export type Comparison = {
  /** Folder of the shards. */
  readonly path: string;
  /** The same pictures in the peer's hands. */
  readonly rivals: readonly PeerData[];
  /** How many times as many images a core we want to make. */
  readonly expected?: number;
};

/** One row of the table: both sides' timings of a pass over all images. */
export type Outcome = {
  readonly path: string;
  readonly rival: PeerData;
  readonly expected: number | undefined;
  readonly ours: Timing;
  readonly theirs: Timing;
};

const peer = `${import.meta.dirname}/../peers/loader.py`;
const rounds = { numSteps: 1, numWarmSteps: 1 }; // passes over all images

/** Times our loader and each of its rivals in turn, once all have shown that they make alike batches; a rival that cannot be is skipped. */
export async function compareThroughput(
  { path, rivals, expected }: Comparison,
  work: Work,
  numRounds: number,
): Promise<Outcome[]> {
  await using stack = new AsyncDisposableStack();
  const { numWorkers } = work;
  const numThreads = Math.max(1, numWorkers);
  const ours = stack.use(
    new Contender("deno", scriptArgs("our_loader.ts", [JSON.stringify({ path, ...work })]), { numThreads }),
  );
  const moments = await ours.ask({ ask: "check", indices: [] });
  const entrants = [await enter(ours)];
  const present: PeerData[] = [];
  for (const rival of rivals) {
    try {
      const args = [peer, JSON.stringify({ ...rival, ...work })];
      const theirs = stack.use(new Contender(await findPython(), args, { numThreads }));
      checkAlike(moments, await theirs.ask({ ask: "check", indices: [] }));
      entrants.push(await enter(theirs));
      present.push(rival);
    } catch (error) {
      console.log(`skipped ${describe(rival)}: ${(error as Error).message}`);
    }
  }
  console.log(`\n${path}: ${entrants.map(({ name, detail }) => `${name} (${detail})`).join("; ")}`);
  const [first, ...others] = await timeInTurn(entrants, { numRounds, ...rounds }, (round, milliseconds) => {
    console.log(
      `round ${round + 1} of ${numRounds}: ${milliseconds.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    );
  });
  return present.map((rival, i) => ({ path, rival, expected, ours: first!, theirs: others[i]! }));
}

/** Images a second by the clock and a second of processor time, on both sides. */
export function throughputTable(outcomes: readonly Outcome[], numImages: number): string {
  const rate = (milliseconds: readonly number[]) => (1000 * numImages / median(milliseconds)).toFixed(0);
  const rows = outcomes.map(({ path, rival, expected, ours, theirs }) => {
    // round by round, so that what slows the machine down for a while slows both sides of a ratio
    const ratios = (key: "roundMilliseconds" | "roundCpuMilliseconds") =>
      ours[key].map((ms, i) => theirs[key][i]! / ms);
    const perCore = ratios("roundCpuMilliseconds");
    return [
      `${path.split("/").at(-1)} against ${describe(rival)}`,
      expected === undefined ? "" : `≥ ${expected}`,
      median(perCore).toFixed(2),
      `${Math.min(...perCore).toFixed(2)}–${Math.max(...perCore).toFixed(2)}`,
      rate(ours.roundCpuMilliseconds),
      rate(theirs.roundCpuMilliseconds),
      median(ratios("roundMilliseconds")).toFixed(2),
      rate(ours.roundMilliseconds),
      rate(theirs.roundMilliseconds),
    ];
  });
  const header = ["images", "expected", "ratio a core", "rounds", "ours per core-second", "theirs"];
  return table([...header, "ratio by the clock", "ours /s", "theirs /s"], rows);
}

function describe({ data, decode, transforms, late }: PeerData): string {
  const how = data === "memmap" ? transforms : `${decode}, ${transforms}`;
  return `${data}, ${how}${late ? ", floats by the batch" : ""}`;
}

/**
 * Both make as many images, and crops of one distribution have moments that are near each other: not the same, as each side draws its own.
 * @throws {Error} If they differ by more than chance would.
 */
function checkAlike(
  ours: Readonly<Record<string, readonly number[]>>,
  theirs: Readonly<Record<string, readonly number[]>>,
): void {
  const tolerance = { images: 0, mean: 0.15, std: 0.15 };
  for (const [what, limit] of Object.entries(tolerance)) {
    const [left, right] = [ours[what] ?? [], theirs[what] ?? []];
    if (left.length === 0 || !left.every((x, i) => Math.abs(x - right[i]!) <= limit)) {
      throw new Error(`it does not do the same: ${what} [${right}] where ours is [${left}]`);
    }
  }
}
