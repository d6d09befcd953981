import type { FineTuneProtocol } from "./fine_tune_protocols.ts";
import type { ProtocolTable } from "./protocol_table.ts";

/** What `evaluation.json` in a run folder says. */
export type EvaluationRecord = {
  /** Version of `@lacuna/evaluation` that made it. */
  readonly version: string;
  readonly checkpoint: {
    /** Steps behind the weights. */
    readonly step: number;
    /** Of the checkpoint file, in hexadecimal. */
    readonly sha256: string;
  };
  readonly data: {
    readonly name: string;
    /** Where the images came from, and how they were split. */
    readonly source: string;
    /** Content hashes of the two splits. */
    readonly train: string;
    readonly test: string;
  };
  readonly table: ProtocolTable;
  /** How "finetune" was done, where it was, of the trained encoder and of the untrained one. */
  readonly fineTune?: FineTuneProtocol;
  readonly device: { readonly name: string; readonly detail: string };
  /** Time that the table took. */
  readonly seconds: number;
};

/** The record in a run folder; undefined where there is none that can be read. */
export async function readEvaluation(runFolder: string): Promise<EvaluationRecord | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(`${runFolder}/evaluation.json`)) as EvaluationRecord;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
