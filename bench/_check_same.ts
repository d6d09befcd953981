import { multiMaskBatch, numVisible } from "@lacuna/masking";
import { maskOptions } from "@lacuna/pipelines/mask-options";
import { stream } from "@lacuna/random";
import type { Contender } from "./_contender.ts";
import type { Setup } from "./_training_step.ts";

const numSteps = 3;
const tolerance = 1e-4; // relative: float32, summed in another order

/**
 * Asks both contenders for the first steps from the same parameters, images and masks, drop path off, optimizer and teacher's update
 * included.
 * @returns What they agree in, a line each.
 * @throws {Error} If they differ, saying in what.
 */
export async function checkSame(
  { config, image }: Setup,
  ours: Contender,
  theirs: Contender,
): Promise<string[]> {
  const { seed, schedule } = config;
  const sizes = maskOptions(config, image);
  const keep = Array.from({ length: numSteps }, (_, epoch) => { // as our step draws them
    const prngs = Array.from(
      { length: schedule.batchSize },
      (_, sample) => stream({ seed, name: "mask", epoch, sample }),
    );
    return [...multiMaskBatch(sizes, prngs)];
  });
  const request = { ask: "check", keep, numVisible: numVisible(sizes.numTokens, sizes.maskRatio) } as const;
  const [a, b] = [await ours.ask(request), await theirs.ask(request)];
  return [
    compare("number of parameters, student and teacher", a.numParameters, b.numParameters, 0),
    compare(`loss of ${numSteps} steps`, a.losses, b.losses, tolerance),
    compare(`norm of all gradients in ${numSteps} steps`, a.gradientNorms, b.gradientNorms, tolerance),
  ];
}

function compare(
  what: string,
  ours: readonly number[],
  theirs: readonly number[],
  tolerance: number,
): string {
  const [left, right] = [ours, theirs].map((numbers) =>
    numbers.map((x) => Number.isInteger(x) ? x : x.toPrecision(6)).join(" ")
  );
  const same = ours.length === theirs.length &&
    ours.every((x, i) => Math.abs(x - theirs[i]!) <= tolerance * Math.abs(x)); // not so for NaN
  if (!same) {
    throw new Error(`The contenders do not compute the same: ${what}: ours ${left}, theirs ${right}`);
  }
  return `same ${what}: ours ${left}, theirs ${right}`;
}
