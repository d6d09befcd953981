/**
 * Whether a set is whole.
 * @module
 */
import type { Command } from "commander";
import { verifyDataset } from "../shards/verify_dataset.ts";
import { formatBytes } from "../terminal/format_bytes.ts";
import { formatSeconds } from "../terminal/format_seconds.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import { printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { sayer } from "./_commands.ts";
import { count, numbered } from "./_describe.ts";
import { requireSet } from "./_open_set.ts";
import { DamagedError } from "./damaged_error.ts";

/** Adds `data verify`. */
export function addVerifyCommand(program: Command, terminal: Terminal): void {
  program.command("verify <set>")
    .description("Checks every byte of a set: lengths, SHA-256, Arrow's layout, labels, text, statistics")
    .action((set: string) => verify(set, terminal));
}

async function verify(set: string, terminal: Terminal): Promise<void> {
  const say = sayer(terminal);
  const folder = await requireSet(set);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  using progress = new ProgressLine(terminal);
  using interrupt = new Interrupt();
  const { manifest, bytes, rows, problems } = await verifyDataset(folder, {
    signal: interrupt.signal,
    onProgress: ({ file, bytes, numBytes }) =>
      progress.show(Math.min(bytes / numBytes, 0.999), () => {
        const left = seconds() * (numBytes - bytes) / bytes;
        return `${file}  ${formatBytes(bytes)}/${formatBytes(numBytes)}  ${
          formatBytes(bytes / seconds())
        }/s  ${formatSeconds(left)} left`;
      }),
  });
  progress.end();
  const checked = `${count(rows)} rows, ${formatBytes(bytes)}, ${formatSeconds(seconds())}`;
  if (problems.length === 0) return say(`${manifest.name} is whole: ${checked}`);
  for (const { message } of problems) terminal.writeError(`${printable(message)}\n`);
  throw new DamagedError(
    `${manifest.name} is damaged: ${numbered(problems.length, "problem")}; whole are ${checked}. ` +
      "A file that was copied can be copied again; otherwise import the set anew with --replace",
  );
}
