import type { Answers, Contender } from "./_contender.ts";
import { indicesOf } from "./steps/build_step.ts";
import type { Setup } from "./steps/setup.ts";

const tolerance = 1e-4; // relative: float32, summed in another order

/**
 * Asks both contenders for the first steps from the same parameters, inputs and masks, drop path off, optimizer and teacher's update
 * included.
 * @returns What they agree in, a line each.
 * @throws {Error} If they differ, saying in what.
 */
export async function checkSame(
  setup: Setup,
  ours: Contender,
  theirs: Contender,
  numSteps = 3,
): Promise<string[]> {
  const indices = Array.from({ length: numSteps }, (_, step) => [...indicesOf(setup, step)]);
  const request = { ask: "check", indices } as const;
  const [left, right] = [await ours.ask(request), await theirs.ask(request)];
  return compareAnswers(left, right);
}

/**
 * Compares two contenders' answers.
 * @returns What they agree in, a line each.
 * @throws {Error} If they differ, saying in what.
 */
export function compareAnswers(ours: Answers["check"], theirs: Answers["check"]): string[] {
  return Object.entries(ours).map(([what, numbers]) => compare(what, numbers, theirs[what] ?? []));
}

function compare(what: string, ours: readonly number[], theirs: readonly number[]): string {
  const [left, right] = [ours, theirs].map((numbers) =>
    numbers.map((x) => Number.isInteger(x) ? x : x.toPrecision(6)).join(" ")
  );
  const isNear = (x: number, i: number) =>
    Number.isInteger(x) ? x === theirs[i] : Math.abs(x - theirs[i]!) <= tolerance * Math.abs(x); // not so for NaN
  if (ours.length !== theirs.length || !ours.every(isNear)) {
    throw new Error(`The contenders do not compute the same: ${what}: ours ${left}, theirs ${right}`);
  }
  return `same ${what}: ours ${left}, theirs ${right}`;
}
