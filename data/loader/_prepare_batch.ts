import type {
  ArrayValues,
  Json,
  Preparation,
  PreparationContext,
  PreparedShapes,
  Preparer,
  Sample,
  Samples,
} from "./preparation.ts";

/** A sample of a batch that cannot be read. */
export type BadSample = { readonly at: number; readonly error: unknown };

/** Gives a batch's samples with others in the place of the bad ones, or throws. */
export type Replace = (bad: readonly BadSample[]) => Promise<Samples>;

/** Imports a preparation's module and has it make its preparer. */
export async function loadPreparer(preparation: Preparation, context: PreparationContext): Promise<Preparer> {
  const { createPreparer } = await import(preparation.module);
  if (typeof createPreparer !== "function") {
    throw new TypeError(`${preparation.module} exports no function createPreparer: a preparation must`);
  }
  return await createPreparer((preparation.options ?? null) satisfies Json, context);
}

/** Reads each sample, has bad ones replaced until all are good, and makes the batch of them. */
export async function prepareBatch(
  preparer: Preparer,
  samples: Samples,
  out: Readonly<Record<string, ArrayValues>>,
  replace: Replace,
): Promise<PreparedShapes> {
  if (samples.count === 0) return {}; // the last batch of an epoch may have none for this rank
  const items: unknown[] = [];
  let unread = preparer.read ? Array.from({ length: samples.count }, (_, at) => at) : [];
  while (unread.length > 0) {
    const bad: BadSample[] = [];
    for (const at of unread) {
      try {
        items[at] = await preparer.read!(sampleAt(samples, at));
      } catch (error) {
        bad.push({ at, error });
      }
    }
    if (bad.length > 0) samples = await replace(bad);
    unread = bad.map(({ at }) => at);
  }
  return await preparer.prepare({ samples, items }, out) ?? {};
}

function sampleAt(samples: Samples, at: number): Sample {
  return {
    set: samples.set[at]!,
    row: samples.row[at]!,
    epoch: samples.epoch[at]!,
    address: samples.address[at]!,
    rows: samples.blocks[samples.blockOf[at]!]!,
    index: samples.indexIn[at]!,
  };
}
