// The process that reads damaged files: deno run _serve_cases.ts <folder> <format> <seed> <first round> <end>
// It prints { round } before each round and { round, outcome, detail } after it, each behind MARK. It may crash, hang or swell: the
// process that started it watches it.
import { integer, stream, substream } from "@lacuna/random";
import { faultyTargets } from "./_faulty_targets.ts";
import { errorOf, isOurs, MARK, type Outcome } from "./_outcome.ts";
import { mutate } from "./_mutate.ts";
import type { FuzzTarget, Reading } from "./_target.ts";
import { targets } from "./_targets.ts";

const MEMORY_LIMIT = 256e6; // bytes that one case may take more than all before it

/** The most bytes of memory that the process has had; where the system does not say, those that it has. */
function peakMemory(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return 1024 * Number(kilobytes);
  } catch {
    return Deno.memoryUsage().rss;
  }
}

async function meet(target: FuzzTarget, folder: string, whole: Reading): Promise<[Outcome, string]> {
  const before = peakMemory();
  const [outcome, detail] = await read(target, folder, whole);
  const grown = peakMemory() - before;
  return grown > MEMORY_LIMIT
    ? ["swelled", `${(grown / 1e6).toFixed(0)} MB more; ${detail}`]
    : [outcome, detail];
}

async function read(target: FuzzTarget, folder: string, whole: Reading): Promise<[Outcome, string]> {
  try {
    const { digest, numDropped } = await target.read(folder);
    if (digest === whole.digest) return ["unharmed", ""];
    if (numDropped > whole.numDropped) return ["dropped", `${numDropped} items`];
    return [target.isChecked ? "wrong" : "altered", digest];
  } catch (error) {
    return [isOurs(error) ? "refused" : "crashed", errorOf(error)];
  }
}

const [folder, format, seed, first, end] = Deno.args as [string, string, string, string, string];
const target = [...targets, ...faultyTargets].find(({ name }) => name === format)!;
const names = await target.make(folder);
const originals = names.map((name) => Deno.readFileSync(`${folder}/${name}`));
const whole = await target.read(folder);
const tell = (line: object) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${MARK}${JSON.stringify(line)}\n`));
for (let round = Number(first); round < Number(end); round++) {
  tell({ round });
  const prng = stream({ seed: Number(seed), name: `fuzz ${format}`, sample: round });
  const which = integer(prng, 0, names.length), path = `${folder}/${names[which]!}`;
  Deno.writeFileSync(path, mutate(originals[which]!, substream(prng, "damage")));
  const [outcome, detail] = await meet(target, folder, whole);
  tell({ round, outcome, detail: `${names[which]!}: ${detail}` });
  Deno.writeFileSync(path, originals[which]!);
}
