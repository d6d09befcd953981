import type { FineTuneProtocol } from "./fine_tune_protocols.ts";
import type { ProtocolTable } from "./protocol_table.ts";

/** What `evaluation.json` in a run folder says, or, of few labels, `evaluation-1024-labels.json`. */
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

/** The record in a file; undefined where there is none that can be read. */
export async function readEvaluation(path: string): Promise<EvaluationRecord | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as EvaluationRecord;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
