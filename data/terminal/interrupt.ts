/**
 * Ending on request.
 * @module
 */
const signals: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];

/** An `AbortSignal` for the first SIGINT or SIGTERM; the second ends the process as if nobody listened. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #listen = () => {
    this.#controller.abort();
    this[Symbol.dispose]();
  };

  /** Listens from here on. */
  constructor() {
    for (const signal of signals) Deno.addSignalListener(signal, this.#listen);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    for (const signal of signals) Deno.removeSignalListener(signal, this.#listen);
  }
}
