import { StorageError } from "@lacuna/data";
import { writeAtomically } from "./_write_atomically.ts";

/** One step's line in `metrics.jsonl`. */
export type MetricsLine = {
  /** Steps taken before this one. */
  readonly step: number;
  /** Fractional epoch at its start. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Share of the step spent waiting for its batch, in [0, 1]. */
  readonly dataShare: number;
  /** Mean cosine between the teacher's outputs for two images; measured in some steps only, as the next two. */
  readonly meanCosine?: number;
  /** Mean over dimensions of the standard deviation of the teacher's normalised outputs; 0 = collapsed. */
  readonly spread?: number;
  readonly effectiveRank?: number;
  /** What the pipeline adds, such as `momentum`. */
  readonly [name: string]: number | undefined;
};

/** The file `metrics.jsonl` of a run: one JSON object a line, one line a step. */
export class MetricsLog {
  readonly #file: Deno.FsFile;
  readonly #path: string;

  /**
   * Opens the log to go on after some steps; lines of later steps, which a killed run left behind, are dropped.
   * @throws {StorageError} If the file cannot be written.
   */
  constructor(path: string, step: number) {
    this.#path = path;
    const lines = readMetrics(path).filter((line) => line.step < step);
    writeAtomically(
      path,
      new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
    );
    this.#file = Deno.openSync(path, { append: true });
  }

  /** @throws {StorageError} If the disk is full. */
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

/** The lines of a `metrics.jsonl`, none where there is no file; a last line that was cut short is left out. */
export function readMetrics(path: string): MetricsLine[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as MetricsLine); // after the last \n: nothing, or a cut line
}
