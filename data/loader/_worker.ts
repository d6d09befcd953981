/**
 * Prepares batches, one at a time, as it is told by messages.
 * @module
 */
import { layOut, viewArrays } from "./_batch_memory.ts";
import { carry } from "./_carried_error.ts";
import { type BadSample, loadPreparer, prepareBatch } from "./_prepare_batch.ts";
import { viewRows } from "./_shared_rows.ts";
import type { FromWorker, SharedSamples, ToWorker } from "./_worker_messages.ts";
import type { PreparationContext, Preparer, Samples } from "./preparation.ts";

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let context: PreparationContext;
let preparer: Preparer;
let answer: ((message: ToWorker) => void) | undefined; // to "bad"

scope.onmessage = ({ data: message }) => {
  if (message.kind === "start") report(() => start(message));
  else if (message.kind === "prepare") report(() => prepare(message));
  else answer?.(message);
};

async function report(work: () => Promise<FromWorker>): Promise<void> {
  try {
    scope.postMessage(await work());
  } catch (error) {
    scope.postMessage({ kind: "failed", error: carry(error) });
  }
}

async function start(message: ToWorker & { kind: "start" }): Promise<FromWorker> {
  context = message.context;
  preparer = await loadPreparer(message.preparation, context);
  return { kind: "ready", arrays: preparer.arrays };
}

async function prepare({ samples, memory }: ToWorker & { kind: "prepare" }): Promise<FromWorker> {
  const out = viewArrays(layOut(preparer.arrays, context.batchSize), memory, samples.count);
  return { kind: "prepared", shapes: await prepareBatch(preparer, view(samples), out, replace) };
}

async function replace(bad: readonly BadSample[]): Promise<Samples> {
  const answered = new Promise<ToWorker>((resolve) => answer = resolve);
  scope.postMessage({ kind: "bad", bad: bad.map(({ at, error }) => ({ at, error: carry(error) })) });
  const message = await answered;
  if (message.kind !== "replace") throw new Error("The batch was given up");
  return view(message.samples);
}

function view(samples: SharedSamples): Samples {
  return { ...samples, blocks: samples.blocks.map((block) => viewRows(block, context.columns[block.set]!)) };
}
