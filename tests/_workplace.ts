import { type Source, type SplitSource, writeShards } from "@lacuna/data/shards";
import { integer, stream, uniform } from "@lacuna/random";
import { denoRun } from "./_tasks.ts";

/** The repository's root. */
export const root: string = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const NATIVE = ".lacuna/native";
const DATA = ".lacuna/data/fashion-mnist"; // where the tasks look
const SIDE = 14;

/** Whether `deno task build` has built the kernels here. */
export const hasNative: boolean = exists(`${root}/${NATIVE}/kernels.json`);

/** Ends the name of a test that needs the kernels where there are none. */
export const notBuilt: string = " (skipped: not built, no C compiler)";

/** What a process said and how it ended. */
export type Ended = { readonly code: number; readonly out: string; readonly error: string };

/** How a task is started. */
export type StartOptions = {
  /** Added to the environment. */
  readonly env?: Record<string, string>;
  /** A program and its arguments, which is given Deno and all that follows as further arguments. */
  readonly through?: readonly string[];
  /** Further flags for Deno. */
  readonly flags?: readonly string[];
  /** Another script for the task's flags, below the root. */
  readonly script?: string;
};

/**
 * A folder like a fresh checkout's, to run tasks in: no run yet, small images in the place of Fashion-MNIST, the kernels if they
 * are built here. Removed when the test's scope ends.
 */
export class Workplace {
  /** Where it is. */
  readonly path: string = Deno.makeTempDirSync({ prefix: "lacuna_" });

  /** Makes the folders, with the built kernels unless told not to. */
  constructor({ native = hasNative }: { readonly native?: boolean } = {}) {
    Deno.mkdirSync(`${this.path}/runs`);
    Deno.mkdirSync(`${this.path}/${NATIVE}`, { recursive: true });
    for (const file of native ? ["kernels.so", "kernels.json"] : []) {
      Deno.copyFileSync(`${root}/${NATIVE}/${file}`, `${this.path}/${NATIVE}/${file}`);
    }
  }

  /** The folder of the shards. */
  get data(): string {
    return `${this.path}/${DATA}`;
  }

  /** Writes the shards: 160 images to learn from and 80 to test with. */
  async writeData(): Promise<void> {
    await writeShards(this.data, stripes(), { replace: true });
  }

  /** Starts a task's script in this folder, with the flags of the task. */
  start(task: string, args: readonly string[], options: StartOptions = {}): Deno.ChildProcess {
    const { env, flags, script } = denoRun(task);
    const deno = [
      Deno.execPath(),
      "run",
      "--no-prompt",
      ...options.flags ?? [],
      ...flags,
      `${root}/${options.script ?? script}`,
    ];
    const [program, ...rest] = [...options.through ?? [], ...deno, ...args] as [string, ...string[]];
    return new Deno.Command(program, {
      args: rest,
      cwd: this.path,
      env: { NO_COLOR: "1", ...env, ...options.env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs a task's script to its end. */
  async run(task: string, args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return await ended(this.start(task, args, options));
  }

  /** Removes it with all that is in it. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Waits for a process to end. */
export async function ended(process: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await process.output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

/** Whether there is a file or folder of this name. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Stripes in one of four directions, the class, under noise. */
function stripes(): Source {
  const split = (name: string, numItems: number): SplitSource => ({
    numItems,
    items: async function* (from) {
      for (let sample = from; sample < numItems; sample++) {
        const prng = stream({ seed: 0, name, sample });
        const label = integer(prng, 0, 4);
        const angle = label * Math.PI / 4;
        const image = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
          const along = Math.cos(angle) * (i % SIDE) + Math.sin(angle) * Math.floor(i / SIDE);
          return 80 + 70 * Math.sin(along) + 100 * uniform(prng, i + 1);
        });
        yield { row: { image, label } };
      }
    },
  });
  return {
    name: "stripes",
    source: "a test",
    licence: "MIT",
    columns: [
      { name: "image", kind: "image", shape: [SIDE, SIDE, 1] },
      { name: "label", kind: "label", classNames: ["0", "45", "90", "135"] },
    ],
    splits: { train: split("train", 160), test: split("test", 80) },
  };
}
