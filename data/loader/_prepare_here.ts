import { layOut, viewArrays } from "./_batch_memory.ts";
import { loadPreparer, prepareBatch } from "./_prepare_batch.ts";
import type { Job, Preparers } from "./_preparers.ts";
import type { Preparation, PreparationContext, Samples } from "./preparation.ts";

/** Prepares batches in this thread. */
export async function prepareHere(preparation: Preparation, context: PreparationContext): Promise<Preparers> {
  const preparer = await loadPreparer(preparation, context);
  const layout = layOut(preparer.arrays, context.batchSize);
  const view = ({ samples, blocks }: Pick<Job, "samples" | "blocks">): Samples => ({
    ...samples,
    blocks: blocks.map(({ rows }) => rows),
  });
  return {
    arrays: preparer.arrays,
    prepare: async (job) =>
      await prepareBatch(
        preparer,
        view(job),
        viewArrays(layout, job.memory, job.samples.count),
        async (bad) => view(await job.replace(bad)),
      ),
    close: () => {},
  };
}
