/**
 * A source into a folder of shards, with somebody watching.
 * @module
 */
import type { Manifest } from "../shards/manifest.ts";
import { type WriteOptions, type WriteProgress, writeShards } from "../shards/write_shards.ts";
import type { Source } from "../sources/source.ts";
import { formatBytes } from "../terminal/format_bytes.ts";
import { formatSeconds } from "../terminal/format_seconds.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { sayer } from "./_commands.ts";
import { count, describeDropped, numbered, splitSizes, totalBytes, totalRows } from "./_describe.ts";
import { RateMeter } from "./_rate_meter.ts";
import { watchedSource } from "./_watched_source.ts";

const MAX_DETAILS = 5; // of items that were left out

/**
 * Writes a source's shards: shows how it goes on, ends on SIGINT and SIGTERM with what is done kept, and says in the end what there is.
 * @param source What to write.
 * @param folder Where to.
 * @param options How to.
 * @param terminal Where it is told.
 * @throws {DOMException} "AbortError" if it was interrupted: the same call goes on.
 * @throws {SourceError} As `writeShards()` does.
 * @throws {StorageError} As `writeShards()` does.
 * @throws {ShardError} As `writeShards()` does.
 */
export async function importDataset(
  source: Source,
  folder: string,
  options: Omit<WriteOptions, "onProgress" | "signal">,
  terminal: Terminal,
): Promise<Manifest> {
  const start = performance.now();
  const meter = new RateMeter(), details: string[] = [];
  using progress = new ProgressLine(terminal);
  using interrupt = new Interrupt();
  const say = (line: string) => {
    progress.end();
    sayer(terminal)(line);
  };
  const watched = watchedSource(source, {
    onBegin: (split, from) => {
      meter.begin(split, from);
      if (from > 0) {
        say(`Goes on after ${count(from)} items of ${split}, where an earlier import was cut short`);
      }
    },
    onDropped: (split, detail) => {
      if (details.length < MAX_DETAILS) details.push(`${split}: ${detail}`);
    },
  });
  const onProgress = (now: WriteProgress) => {
    meter.add(now);
    progress.show(shareOf(now), () => formatProgress(now, meter));
  };
  try {
    const manifest = await writeShards(folder, watched, { ...options, onProgress, signal: interrupt.signal });
    progress.end();
    for (const line of leftOut(manifest, details)) say(line);
    const size = `${numbered(totalRows(manifest), "row")} (${splitSizes(manifest)}), ${
      formatBytes(totalBytes(manifest))
    }`;
    say(`${manifest.name}: ${size}, in ${folder} after ${formatSeconds((performance.now() - start) / 1000)}`);
    return manifest;
  } catch (error) {
    if (interrupt.signal.aborted) {
      say(`Interrupted: the same command goes on behind the last whole shard in ${folder}`);
    }
    throw error;
  }
}

function shareOf({ items, numItems }: WriteProgress): number | undefined {
  return numItems === undefined ? undefined : items / numItems;
}

/** "train  12,000/60,000  3,214 rows/s  12 MB/s  0:15 left" */
function formatProgress({ split, items, numItems }: WriteProgress, meter: RateMeter): string {
  const { itemsPerSecond, bytesPerSecond } = meter;
  const known = (value: number, text: string) => Number.isFinite(value) ? [text] : [];
  const secondsLeft = ((numItems ?? NaN) - items) / itemsPerSecond;
  return [
    `${split}  ${numItems === undefined ? numbered(items, "row") : `${count(items)}/${count(numItems)}`}`,
    ...known(itemsPerSecond, `${count(Math.round(itemsPerSecond))} rows/s`),
    ...known(bytesPerSecond, `${formatBytes(bytesPerSecond)}/s`),
    ...known(secondsLeft > 0 ? secondsLeft : NaN, `${formatSeconds(secondsLeft)} left`),
  ].join("  ");
}

/** What has no row, and why, with the first few by name. */
function leftOut(manifest: Manifest, details: readonly string[]): string[] {
  const dropped = Object.values(manifest.dropped).reduce((sum, n) => sum + n, 0);
  if (dropped === 0) return [];
  const more = dropped - details.length; // of which some may have been told by an earlier import
  return [
    `Left out: ${describeDropped(manifest)}`,
    ...details.map((detail) => `  ${detail}`),
    ...(more > 0 ? [`  … and ${count(more)} more`] : []),
  ];
}
