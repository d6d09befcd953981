import type { CarriedError } from "./_carried_error.ts";
import type { SharedRows } from "./_shared_rows.ts";
import type { ArraySpec, Preparation, PreparationContext, PreparedShapes, Samples } from "./preparation.ts";

/** Samples whose blocks are in shared memory. */
export type SharedSamples = Omit<Samples, "blocks"> & { readonly blocks: readonly SharedRows[] };

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: "start"; readonly preparation: Preparation; readonly context: PreparationContext }
  | { readonly kind: "prepare"; readonly samples: SharedSamples; readonly memory: SharedArrayBuffer }
  | { readonly kind: "replace"; readonly samples: SharedSamples } // in answer to "bad"
  | { readonly kind: "giveUp" }; // in answer to "bad"

/** What a worker tells. */
export type FromWorker =
  | { readonly kind: "ready"; readonly arrays: Readonly<Record<string, ArraySpec>> }
  | { readonly kind: "prepared"; readonly shapes: PreparedShapes }
  | { readonly kind: "bad"; readonly bad: readonly { readonly at: number; readonly error: CarriedError }[] }
  | { readonly kind: "failed"; readonly error: CarriedError };
