import { type CarriedError, unpack } from "./_carried_error.ts";
import type { Job, Preparers } from "./_preparers.ts";
import type { FromWorker, SharedSamples, ToWorker } from "./_worker_messages.ts";
import type { ArraySpec, Preparation, PreparationContext, PreparedShapes } from "./preparation.ts";
import { WorkerError } from "./worker_error.ts";

const START_MS = 60_000; // at least: it imports the preparation's modules, where a batch is one of many

/** Starts workers that prepare batches; whoever is free takes the next one. When one dies or hangs, all end. */
export async function startWorkers(
  numWorkers: number,
  preparation: Preparation,
  context: PreparationContext,
  timeoutMs: number,
): Promise<Preparers> {
  const pool = new WorkerPool(numWorkers, preparation.module, timeoutMs);
  try {
    await pool.start({ kind: "start", preparation, context });
    return pool;
  } catch (error) {
    pool.close();
    throw error;
  }
}

class WorkerPool implements Preparers {
  arrays: Readonly<Record<string, ArraySpec>> = {};
  readonly #module: string;
  readonly #workers: readonly PreparingWorker[];
  readonly #free: PreparingWorker[] = [];
  readonly #waiting: ((worker: PreparingWorker) => void)[] = [];

  constructor(numWorkers: number, module: string, timeoutMs: number) {
    this.#module = module;
    this.#workers = Array.from(
      { length: numWorkers },
      (_, i) => new PreparingWorker(`Worker ${i} of the loader`, timeoutMs, (error) => this.#end(error)),
    );
  }

  async start(message: ToWorker): Promise<void> {
    const replies = await Promise.all(
      this.#workers.map((worker) => worker.ask(message, "its start", START_MS)),
    );
    for (const reply of replies) {
      if (reply.kind === "failed") throw await this.#unpack(reply.error);
      if (reply.kind === "ready") this.arrays = reply.arrays;
    }
    this.#free.push(...this.#workers);
  }

  async prepare(job: Job): Promise<PreparedShapes> {
    const worker = this.#free.pop() ??
      await new Promise<PreparingWorker>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#converse(worker, job);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#free.push(worker);
    }
  }

  close(): void {
    this.#end(new WorkerError("The loader was closed"));
  }

  async #converse(worker: PreparingWorker, job: Job): Promise<PreparedShapes> {
    const memory = job.memory as SharedArrayBuffer;
    let reply = await worker.ask({ kind: "prepare", samples: toShare(job), memory }, job.title);
    while (reply.kind === "bad") {
      const bad = await Promise.all(
        reply.bad.map(async ({ at, error }) => ({ at, error: await this.#unpack(error) })),
      );
      let replaced: ToWorker;
      try {
        replaced = { kind: "replace", samples: toShare(await job.replace(bad)) };
      } catch (error) {
        await worker.ask({ kind: "giveUp" }, job.title); // free for the next batch
        throw error;
      }
      reply = await worker.ask(replaced, job.title);
    }
    if (reply.kind === "failed") throw await this.#unpack(reply.error);
    return reply.kind === "prepared" ? reply.shapes : {};
  }

  /** The error that a worker sent, whose class may be one of the preparation's. */
  async #unpack(error: CarriedError): Promise<Error> {
    return unpack(error, await import(this.#module).catch(() => ({})));
  }

  #end(error: Error): void {
    for (const worker of this.#workers) worker.end(error);
  }
}

/** A worker, and the one question it is to answer. */
class PreparingWorker {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #die: (error: WorkerError) => void;
  #asked: PromiseWithResolvers<FromWorker> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended: Error | undefined;

  constructor(name: string, timeoutMs: number, die: (error: WorkerError) => void) {
    this.#name = name;
    this.#timeoutMs = timeoutMs;
    this.#die = die;
    this.#worker = new Worker(new URL("./_worker.ts", import.meta.url), { type: "module", name });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      clearTimeout(this.#timer);
      this.#asked?.resolve(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(new WorkerError(`${this.#name} died (${event.message}): close the loader and make another`));
    };
  }

  /** Sends a message and waits for the answer, as long as the timeout says, or `leastMs` if that is longer. */
  ask(message: ToWorker, title: string, leastMs = 0): Promise<FromWorker> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#asked = Promise.withResolvers();
    const timeoutMs = Math.max(leastMs, this.#timeoutMs);
    this.#timer = setTimeout(() => {
      // Where this thread was busy all the time, the answer may be here and not be read yet
      this.#timer = setTimeout(() => this.#die(this.#silence(title, timeoutMs)), Math.min(1000, timeoutMs));
    }, timeoutMs);
    this.#worker.postMessage(message);
    return this.#asked.promise;
  }

  #silence(title: string, timeoutMs: number): WorkerError {
    return new WorkerError(
      `${this.#name} has not answered for ${timeoutMs / 1000} s, at ${title}: ` +
        "it hangs or has died; where such a batch takes long, give workerTimeoutMs",
    );
  }

  /** Ends it at once; whoever waits for it gets the error. */
  end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    clearTimeout(this.#timer);
    this.#worker.terminate();
    this.#asked?.promise.catch(() => {}); // it may have been answered, and nobody waits any more
    this.#asked?.reject(error);
  }
}

function toShare({ samples, blocks }: Pick<Job, "samples" | "blocks">): SharedSamples {
  return { ...samples, blocks: blocks.map(({ shared }) => shared!) };
}
