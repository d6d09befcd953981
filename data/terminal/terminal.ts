/**
 * Where a command speaks.
 * @module
 */

/** Where a command writes. */
export type Terminal = {
  /** Takes what the command says, line ends included. */
  readonly write: (text: string) => void;
  /** Takes what went wrong. */
  readonly writeError: (text: string) => void;
  /** Whether a line can be drawn again. */
  readonly isTerminal: boolean;
  /** Letters in a line. */
  readonly columns: number;
};

const DEFAULT_COLUMNS = 100; // of a file or pipe

/** The process's own standard output and error. */
export function standardTerminal(): Terminal {
  const encoder = new TextEncoder();
  const isTerminal = Deno.stdout.isTerminal();
  return {
    write: (text) => writeAll(Deno.stdout, encoder.encode(text)),
    writeError: (text) => writeAll(Deno.stderr, encoder.encode(text)),
    isTerminal,
    columns: isTerminal ? Deno.consoleSize().columns : DEFAULT_COLUMNS,
  };
}

/** A pipe takes as much as it has room for; nothing once its reader has gone, as `head` does when it has seen enough. */
function writeAll(to: typeof Deno.stdout, bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
