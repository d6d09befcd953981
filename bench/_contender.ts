import type { Reading } from "./_stopwatches.ts";

/** What a contender is asked, one line of JSON on its standard input. */
export type Requests = {
  /** What are you? */
  versions: { readonly ask: "versions" };
  /** The first steps from the parameters of `_noise.ts`, drop path off. */
  check: {
    readonly ask: "check";
    /** Kept tokens of each step, [K·B, V] flat, mask-major. */
    readonly keep: readonly (readonly number[])[];
    /** V. */
    readonly numVisible: number;
  };
  /** More steps of one training run. */
  time: { readonly ask: "time"; readonly steps: number };
};

/** What it answers, one line of JSON on its standard output. */
export type Answers = {
  versions: { readonly name: string; readonly detail: string };
  check: {
    /** Of each step. */
    readonly losses: readonly number[];
    /** Of each step's gradients, all parameters together. */
    readonly gradientNorms: readonly number[];
    /** The student's, positions included, then the teacher's. */
    readonly numParameters: readonly [number, number];
  };
  time: {
    /** Of each step. */
    readonly milliseconds: readonly number[];
    /** The same in processor time, all threads together. */
    readonly cpuMilliseconds: readonly number[];
    /** Of all these steps together, where a contender has stopwatches. */
    readonly reading?: Reading | undefined;
  };
};

/** One side of the comparison: a process that stays alive, waits for free, and answers one request at a time. */
export class Contender {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;

  /**
   * Starts the process.
   * @param command A program.
   * @param args Its arguments.
   * @param numThreads How many threads it computes with.
   * @throws {Deno.errors.NotFound} If there is no such program.
   */
  constructor(command: string, args: readonly string[], numThreads: number) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      env: { OMP_NUM_THREADS: `${numThreads}` },
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
    let line = "";
    while (!line.endsWith("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) {
        const { code } = await this.#process.status;
        throw new Error(
          `A contender ended with code ${code} instead of answering "${request.ask}": see its message above`,
        );
      }
      line += value;
    }
    return JSON.parse(line);
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {}); // it has ended by itself
    await this.#process.status;
  }
}
