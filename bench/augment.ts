/**
 * BYOL's two views of decoded images beside torchvision's, a core each: `deno task bench:augment`.
 *
 * @module
 */
import type { AugmentSetup } from "./_augment_setup.ts";
import { compareAnswers } from "./_check_same.ts";
import { median } from "./_median.ts";
import { parseOptions } from "./_parse_options.ts";
import { startAugment, startTorchvision } from "./_start_contenders.ts";
import { table } from "./_table.ts";
import { enter, type Entrant, timeInTurn, type Timing } from "./_time_in_turn.ts";

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const values = parseOptions(args, {
    batch: { type: "string", default: "16" },
    height: { type: "string", default: "375" },
    width: { type: "string", default: "500" },
    size: { type: "string", default: "224" },
    rounds: { type: "string", default: "5" },
  });
  const setup: AugmentSetup = {
    batchSize: Number(values.batch),
    height: Number(values.height),
    width: Number(values.width),
    size: Number(values.size),
  };
  await using ours = startAugment(setup, "native");
  await using portable = startAugment(setup, "wasm");
  await using tensors = await startTorchvision(setup, "tensors");
  await using lastChannels = await startTorchvision(setup, "channels-last");
  await using pillow = await startTorchvision(setup, "pillow");
  await using pillowBlur = await startTorchvision(setup, "pillow-blur");
  const check = { ask: "check", indices: [] } as const;
  const expected = await tensors.ask(check);
  for (const contender of [ours, portable]) {
    for (const line of compareAnswers(await contender.ask(check), expected)) console.log(line);
  }
  const entrants: Entrant[] = [];
  for (const contender of [ours, portable, tensors, lastChannels, pillow, pillowBlur]) {
    entrants.push(await enter(contender));
  }
  const rounds = { numRounds: Number(values.rounds), numSteps: 5, numWarmSteps: 3 };
  const timings = await timeInTurn(entrants, rounds, (round, milliseconds) => {
    const times = milliseconds.map((ms) => (ms / setup.batchSize).toFixed(2)).join(", ");
    console.log(
      `${setup.height}×${setup.width} to 2 × ${setup.size}², round ${round + 1}: ${times} ms an image`,
    );
  });
  console.log(`\n${timings[2]!.detail}; ${timings[0]!.detail}\n`);
  console.log(summary(setup, timings));
}

function summary({ batchSize }: AugmentSetup, timings: readonly Timing[]): string {
  const [ours] = timings;
  const rows = timings.map(({ name, roundMilliseconds, cpuMilliseconds }) => {
    const ms = median(roundMilliseconds) / batchSize;
    const ratio = median(ours!.roundMilliseconds.map((own, i) => roundMilliseconds[i]! / own));
    return [
      name,
      ms.toFixed(2),
      (cpuMilliseconds / batchSize).toFixed(2),
      (1000 / ms).toFixed(0),
      `×${ratio.toFixed(1)}`,
    ];
  });
  return table(["both views of an image", "ms", "ms of processor", "images/s", "our time"], rows);
}
