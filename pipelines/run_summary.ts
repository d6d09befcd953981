import { writeAtomically } from "@lacuna/data";
import { readIfThere } from "./_read_if_there.ts";

/** A device as `run.json` names it. */
export type DeviceNote = { readonly name: string; readonly detail: string };

/** What `run.json` says of a run: what it ran on, how far it came, how long it took. */
export type RunSummary = {
  readonly pipeline: string;
  /** "running" too where a run was killed. */
  readonly status: "running" | "complete" | "interrupted" | "collapsed" | "failed";
  /** Steps taken, of how many. */
  readonly step: number;
  readonly totalSteps: number;
  readonly device: DeviceNote;
  /** What took the steps before, in order, where the run went on elsewhere. */
  readonly earlierDevices?: readonly DeviceNote[];
  readonly data: {
    readonly name: string;
    readonly size: number;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    /** [C] by which pixels in [0, 1] are normalized. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly contentHash: string;
  };
  readonly versions: { readonly lacuna: string; readonly deno: string; readonly tfjs: string };
  /** When the run was begun and when it was last heard of, ISO 8601. */
  readonly started: string;
  readonly updated: string;
  /** Time spent in steps. */
  readonly seconds: number;
};

/**
 * Writes `run.json`.
 * @throws {StorageError} If it cannot be written.
 */
export function writeRunSummary(folder: string, summary: RunSummary): void {
  writeAtomically(`${folder}/run.json`, `${JSON.stringify(summary, null, 2)}\n`);
}

/**
 * What `run.json` says, `undefined` where there is none.
 * @throws {CheckpointError} If it cannot be read or is not JSON.
 */
export function readRunSummary(folder: string): RunSummary | undefined {
  const path = `${folder}/run.json`;
  return readIfThere(path, () => JSON.parse(Deno.readTextFileSync(path)) as RunSummary);
}
