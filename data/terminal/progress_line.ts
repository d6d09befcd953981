/**
 * A line that says how far something is.
 * @module
 */
import type { Terminal } from "./terminal.ts";

const BAR_WIDTH = 24;
const TERMINAL_INTERVAL = 100; // ms between two drawings
const PLAIN_INTERVAL = 10_000;

/** One line that is drawn again in a terminal, behind a bar; a plain line every ten seconds elsewhere. */
export class ProgressLine {
  readonly #terminal: Pick<Terminal, "write" | "isTerminal">;
  #lastTime = -Infinity;

  /** Shows nothing yet. */
  constructor(terminal: Pick<Terminal, "write" | "isTerminal">) {
    this.#terminal = terminal;
  }

  /**
   * Shows the line unless the one before was shown a moment ago; the last one, with a share of 1, always.
   * @param share How much is done, 0…1; `undefined` where nobody knows, which draws no bar.
   * @param text Makes the line; called only if it is shown.
   */
  show(share: number | undefined, text: () => string): void {
    const { isTerminal, write } = this.#terminal;
    const now = performance.now();
    const isLast = share !== undefined && share >= 1;
    if (now - this.#lastTime < (isTerminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL) && !isLast) return;
    this.#lastTime = now;
    const before = share === undefined ? "" : `${bar(share)} `;
    write(isTerminal ? `\r\x1b[2K${before}${text()}` : `${text()}\n`);
  }

  /** Ends the line that was drawn again, so that other text can follow. */
  end(): void {
    if (this.#terminal.isTerminal && this.#lastTime > -Infinity) this.#terminal.write("\n");
    this.#lastTime = -Infinity;
  }

  /** As {@linkcode ProgressLine.end}. */
  [Symbol.dispose](): void {
    this.end();
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}
