import type { Reading } from "./_stopwatches.ts";

/** What a contender is asked, one line of JSON on its standard input. */
export type Requests = {
  /** What are you? */
  versions: { readonly ask: "versions" };
  /** The first steps from the parameters of `_noise.ts`, drop path off. */
  check: {
    readonly ask: "check";
    /** What our side draws in each step; see `indicesOf()`. */
    readonly indices: readonly (readonly number[])[];
  };
  /** More steps of one run. */
  time: { readonly ask: "time"; readonly steps: number };
};

/** What it answers, one line of JSON on its standard output. */
export type Answers = {
  versions: { readonly name: string; readonly detail: string };
  /** Numbers that must be the same on both sides, by what they are. */
  check: Readonly<Record<string, readonly number[]>>;
  time: {
    /** Of each step. */
    readonly milliseconds: readonly number[];
    /** The same in processor time, all threads together. */
    readonly cpuMilliseconds: readonly number[];
    /** Of all these steps together, where a contender has stopwatches. */
    readonly reading?: Reading | undefined;
  };
};

/** How a contender is started. */
export type ContenderOptions = {
  /** How many threads it computes with. */
  readonly numThreads: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/** One side of a comparison: a process that stays alive, waits for free, and answers one request at a time. */
export class Contender {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #log: string[] = [];
  #rest = "";

  /**
   * Starts the process.
   * @param command A program.
   * @param args Its arguments.
   * @throws {Deno.errors.NotFound} If there is no such program.
   */
  constructor(command: string, args: readonly string[], { numThreads, env }: ContenderOptions) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      env: { OMP_NUM_THREADS: `${numThreads}`, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * The answer to a request.
   * @throws {Error} If the process ended instead; what it had to say is on standard error.
   */
  async ask<K extends keyof Requests>(request: Requests[K] & { readonly ask: K }): Promise<Answers[K]> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`)).catch(() => {}); // no answer will come
    for (let line = await this.#readLine(); line !== undefined; line = await this.#readLine()) {
      if (line.startsWith("{")) return JSON.parse(line);
      this.#log.push(line);
    }
    const { code } = await this.#process.status;
    throw new Error(
      `A contender ended with code ${code} instead of answering "${request.ask}": see its message above`,
    );
  }

  /** Ends the process; returns the lines on its standard output that were no answers. */
  async finish(): Promise<readonly string[]> {
    await this.#writer.close();
    for (let line = await this.#readLine(); line !== undefined; line = await this.#readLine()) {
      this.#log.push(line);
    }
    return this.#log;
  }

  /** Memory of the process in bytes, as the system counts it: at this moment, and at most since it began. */
  async memory(): Promise<{ now: number; peak: number }> {
    const { stdout } = await new Deno.Command("cat", { args: [`/proc/${this.#process.pid}/status`] })
      .output();
    const status = new TextDecoder().decode(stdout);
    const bytes = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
    return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
  }

  async #readLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += value;
    }
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {}); // it has ended by itself
    await this.#process.status;
  }
}
