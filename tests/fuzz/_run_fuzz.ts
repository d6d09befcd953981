import type { Case, Outcome } from "./_outcome.ts";
import { MARK } from "./_outcome.ts";

const TIME_LIMIT = 10_000;
const START_LIMIT = 60_000; // for loading everything

/** What to try. */
export type FuzzOptions = {
  /** Name of the target. */
  readonly format: string;
  /** The same seed draws the same damage. */
  readonly seed: number;
  /** First round, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** ms that a case may take, which takes a few of them; 10,000 unless said. */
  readonly timeLimit?: number;
  /** Called after each case. */
  readonly onCase?: (met: Case) => void;
};

/** Damages the files of one format, once a round, in a process that may crash or hang: then the next one goes on behind that round. */
export async function runFuzz(options: FuzzOptions): Promise<Case[]> {
  const { format, seed, first, end, timeLimit = TIME_LIMIT, onCase = () => {} } = options;
  const cases: Case[] = [];
  const add = (met: Case) => {
    cases.push(met);
    onCase(met);
  };
  for (let next = first; next < end;) {
    const folder = Deno.makeTempDirSync({ prefix: "lacuna_fuzz_" });
    try {
      const { begun, ending } = await serve(folder, {
        format,
        seed,
        first: next,
        end,
        timeLimit,
        onCase: add,
      });
      if (ending === undefined) break;
      if (begun < next) throw new Error(`Cannot start to read ${format}: ${ending.detail}`);
      if (cases.at(-1)?.round !== begun) add({ format, round: begun, ...ending });
      next = begun + 1;
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }
  return cases;
}

/** How far a process came: the last round that it began, and how it ended if not by itself. */
type Served = {
  readonly begun: number;
  readonly ending?: { readonly outcome: Outcome; readonly detail: string };
};

async function serve(
  folder: string,
  { format, seed, first, end, timeLimit, onCase }: Required<FuzzOptions>,
): Promise<Served> {
  const script = new URL("./_serve_cases.ts", import.meta.url).pathname;
  const process = new Deno.Command("deno", {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      `--allow-write=${folder}`,
      "--v8-flags=--max-old-space-size=512",
      script,
      ...[folder, format, seed, first, end].map(String),
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let begun = first - 1, hung = false;
  const onTime = () => {
    hung = true;
    process.kill("SIGKILL");
  };
  let timer = setTimeout(onTime, START_LIMIT);
  const errors = new Response(process.stderr).text();
  for await (const line of lines(process.stdout)) {
    if (!line.startsWith(MARK)) continue; // a library speaks
    clearTimeout(timer);
    timer = setTimeout(onTime, timeLimit);
    const { round, outcome, detail } = JSON.parse(line.slice(MARK.length));
    if (outcome === undefined) begun = round;
    else onCase({ format, round, outcome, detail });
  }
  clearTimeout(timer);
  const { success, code } = await process.status;
  const said = (await errors).trim().slice(-400);
  if (success) return { begun };
  return hung
    ? { begun, ending: { outcome: "hung", detail: `no answer in ${timeLimit / 1000} s` } }
    : { begun, ending: { outcome: "crashed", detail: `the process ended with ${code}: ${said}` } };
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
