import type { Contender } from "./_contender.ts";
import { median } from "./_median.ts";

/** The timed steps of one contender. */
export type Timing = {
  readonly name: string;
  readonly detail: string;
  /** Medians of each round's steps. */
  readonly roundMilliseconds: readonly number[];
  /** The same in processor time, all threads and processes together. */
  readonly roundCpuMilliseconds: readonly number[];
  /** Median processor time of all steps, all threads together. */
  readonly cpuMilliseconds: number;
  /** Memory in bytes: of the process with all libraries but without a model, and at most. */
  readonly memory: { readonly idle: number; readonly peak: number };
};

/** How long the timing goes on. */
export type Rounds = {
  readonly numRounds: number;
  /** Timed steps of a round and contender. */
  readonly numSteps: number;
  /** Steps before them that do not count, while threads and caches wake up. */
  readonly numWarmSteps: number;
};

const pause = 500; // ms, in which the last contender's threads stop waiting for more work

/** A contender that has taken its first step. */
export type Entrant = {
  readonly contender: Contender;
  readonly name: string;
  readonly detail: string;
  /** Its memory in bytes before that step. */
  readonly idle: number;
};

/**
 * Lets a contender tell what it is and take its first step, in which it builds and compiles.
 * @param contender A fresh process, so that its memory is that of these steps.
 */
export async function enter(contender: Contender): Promise<Entrant> {
  const { name, detail } = await contender.ask({ ask: "versions" });
  const { now: idle } = await contender.memory();
  await contender.ask({ ask: "time", steps: 1 });
  return { contender, name, detail, idle };
}

/**
 * Times contenders one after the other, round by round; only one of them works at a time.
 * @param onRound Takes each contender's median in milliseconds of the round just over.
 */
export async function timeInTurn(
  entrants: readonly Entrant[],
  { numRounds, numSteps, numWarmSteps }: Rounds,
  onRound: (round: number, milliseconds: readonly number[]) => void,
): Promise<Timing[]> {
  const milliseconds: number[][] = entrants.map(() => []);
  const cpuMilliseconds: number[][] = entrants.map(() => []);
  const roundCpuMilliseconds: number[][] = entrants.map(() => []);
  for (let round = 0; round < numRounds; round++) {
    for (const [i, { contender }] of entrants.entries()) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const times = await contender.ask({ ask: "time", steps: numWarmSteps + numSteps });
      milliseconds[i]!.push(median(times.milliseconds.slice(numWarmSteps)));
      cpuMilliseconds[i]!.push(...times.cpuMilliseconds.slice(numWarmSteps));
      roundCpuMilliseconds[i]!.push(median(times.cpuMilliseconds.slice(numWarmSteps)));
    }
    onRound(round, milliseconds.map((rounds) => rounds[round]!));
  }
  return await Promise.all(entrants.map(async ({ contender, name, detail, idle }, i) => ({
    name,
    detail,
    roundMilliseconds: milliseconds[i]!,
    roundCpuMilliseconds: roundCpuMilliseconds[i]!,
    cpuMilliseconds: median(cpuMilliseconds[i]!),
    memory: { idle, peak: (await contender.memory()).peak },
  })));
}
