/**
 * For tests: prints a line for each batch of two epochs, from the n-th on: the hash of its arrays.
 * Arguments: folder of the data set, n, number of workers.
 *
 * @module
 */
import { sha256 } from "../_sha256.ts";
import { openDataset } from "../shards/open_dataset.ts";
import { createLoader } from "./loader.ts";
import { columnsPreparation } from "./preparations/columns.ts";

const [folder, first, workers] = Deno.args as [string, string, string];
const dataset = await openDataset(folder);
await using loader = await createLoader({
  data: dataset.split("train"),
  preparation: columnsPreparation({ image: { dtype: "float32" }, tokens: { length: 5, crop: "random" } }),
  batchSize: 16,
  seed: 7,
  shuffle: { windowBlocks: 3 },
  workers: Number(workers),
});
const epoch = Math.floor(Number(first) / loader.numBatches);
for await (
  using batch of loader.batches({ epoch, from: Number(first) % loader.numBatches, numEpochs: 2 - epoch })
) {
  const arrays = Object.values(batch.arrays).map(({ values }) =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  );
  console.log(`${batch.epoch} ${batch.index} ${sha256(...arrays)}`);
  await new Promise((resolve) => setTimeout(resolve, 2)); // time to be killed in
}
dataset.close();
