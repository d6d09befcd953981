import { StorageError, writeAtomically } from "@lacuna/data";
import { readIfThere } from "./_read_if_there.ts";
import { CheckpointError } from "./errors.ts";

/** One step's line in `metrics.jsonl`. */
export type MetricsLine = {
  /** Steps taken before this one. */
  readonly step: number;
  /** Fractional epoch at its start. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Length of all gradients as one vector; logs of earlier versions lack it. */
  readonly gradNorm?: number;
  /** What the teacher kept of itself after the step, in [0, 1]. */
  readonly momentum?: number;
  readonly imagesPerSecond: number;
  /** Share of the step spent waiting for its batch, in [0, 1]. */
  readonly dataShare: number;
  /** Mean cosine between the teacher's outputs for two images; measured in some steps only, as the next two. */
  readonly meanCosine?: number;
  /** Mean over dimensions of the standard deviation of the teacher's normalised outputs; 0 = collapsed. */
  readonly spread?: number;
  readonly effectiveRank?: number;
  /** Share of the batch that a linear classifier beside the training told right, in [0, 1]; where it was asked for. */
  readonly probeAccuracy?: number;
  /** What the pipeline adds, such as `cosine`. */
  readonly [name: string]: number | undefined;
};

/** The file `metrics.jsonl` of a run: one JSON object a line, one line a step. */
export class MetricsLog {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  /** The lines of the steps before, as they were when the log was opened. */
  readonly before: readonly MetricsLine[];

  /**
   * Opens the log to go on after some steps; lines of later steps, which a killed run left behind, are dropped.
   * @throws {StorageError} If the file cannot be written.
   * @throws {CheckpointError} If a line is damaged.
   */
  constructor(path: string, step: number) {
    this.#path = path;
    this.before = readMetrics(path).filter((line) => line.step < step);
    writeAtomically(
      path,
      this.before.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    this.#file = Deno.openSync(path, { append: true });
  }

  /**
   * Adds a line.
   * @throws {StorageError} If the disk is full.
   */
  append(line: MetricsLine): void {
    try {
      const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
      for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
    } catch (error) {
      throw new StorageError(this.#path, error);
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * The lines of a `metrics.jsonl`, none where there is no file; a last line that was cut short is left out.
 * @throws {CheckpointError} If the file cannot be read or a line is no JSON object with a step, naming the line.
 */
export function readMetrics(path: string): MetricsLine[] {
  const text = readIfThere(path, () => Deno.readTextFileSync(path)) ?? "";
  const lines = text.split("\n").slice(0, -1); // after the last \n: nothing, or a cut line
  return lines.map((line, i) => parseLine(line, `${path}, line ${i + 1}`));
}

function parseLine(text: string, place: string): MetricsLine {
  let line: MetricsLine | null | undefined;
  try {
    line = JSON.parse(text);
  } catch {
    // told below
  }
  if (typeof line?.step === "number") return line;
  throw new CheckpointError(
    `Cannot read ${place}: it is no JSON object with a step; remove the line to do without`,
  );
}
