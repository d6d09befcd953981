import type { Block } from "./_block_cache.ts";
import type { BatchMemory } from "./_batch_memory.ts";
import type { BadSample } from "./_prepare_batch.ts";
import type { ArraySpec, PreparedShapes, Samples } from "./preparation.ts";

/** A batch that is to be prepared. */
export type Job = {
  /** For messages. */
  readonly title: string;
  readonly samples: Omit<Samples, "blocks">;
  readonly blocks: readonly Block[];
  readonly memory: BatchMemory;
  /** Gives others in the place of bad samples, or throws. */
  readonly replace: (bad: readonly BadSample[]) => Promise<Pick<Job, "samples" | "blocks">>;
};

/** Those who prepare batches: this thread, or workers. */
export type Preparers = {
  readonly arrays: Readonly<Record<string, ArraySpec>>;
  prepare(job: Job): Promise<PreparedShapes>;
  close(): void;
};
