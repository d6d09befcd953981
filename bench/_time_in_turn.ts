import type { Contender } from "./_contender.ts";
import { median } from "./_median.ts";

/** The timed steps of one contender. */
export type Timing = {
  readonly name: string;
  readonly detail: string;
  /** Medians of each round's steps. */
  readonly roundMilliseconds: readonly number[];
  /** Median processor time of all steps, all threads together. */
  readonly cpuMilliseconds: number;
};

/** How long the timing goes on. */
export type Rounds = { readonly numRounds: number; readonly numSteps: number };

const pause = 500; // ms, in which the last contender's threads stop waiting for more work

/**
 * Times contenders one after the other, round by round; only one of them works at a time. Each turn begins with one step that does not
 * count, the first turn with two.
 * @param onRound Takes each contender's median in milliseconds of the round just over.
 */
export async function timeInTurn(
  contenders: readonly Contender[],
  { numRounds, numSteps }: Rounds,
  onRound: (round: number, milliseconds: readonly number[]) => void,
): Promise<Timing[]> {
  const milliseconds: number[][] = contenders.map(() => []);
  const cpuMilliseconds: number[][] = contenders.map(() => []);
  for (const contender of contenders) await contender.ask({ ask: "time", steps: 1 });
  for (let round = 0; round < numRounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const times = await contender.ask({ ask: "time", steps: 1 + numSteps });
      milliseconds[i]!.push(median(times.milliseconds.slice(1)));
      cpuMilliseconds[i]!.push(...times.cpuMilliseconds.slice(1));
    }
    onRound(round, milliseconds.map((rounds) => rounds[round]!));
  }
  return await Promise.all(contenders.map(async (contender, i) => ({
    ...await contender.ask({ ask: "versions" }),
    roundMilliseconds: milliseconds[i]!,
    cpuMilliseconds: median(cpuMilliseconds[i]!),
  })));
}
