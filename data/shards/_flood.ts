/**
 * For tests: writes a data set larger than what memory it may use, reads it twice, verifies it, and prints how much memory the process
 * had at most after each, in bytes.
 * @module
 */
import { openDataset } from "./open_dataset.ts";
import { verifyDataset } from "./verify_dataset.ts";
import { writeShards } from "./write_shards.ts";

const [folder, megabytes] = Deno.args;
const pixels = 64 * 64 * 3;
const numItems = Math.ceil(Number(megabytes) * 1e6 / pixels);
const peaks: Record<string, number> = { start: Deno.memoryUsage().rss };
const watch = (phase: string): void => {
  peaks[phase] = Math.max(peaks[phase] ?? 0, Deno.memoryUsage().rss);
};

await writeShards(folder!, {
  name: "flood",
  source: "a test",
  licence: "MIT",
  columns: [{ name: "image", kind: "image", shape: [64, 64, 3] }, { name: "text", kind: "text" }],
  splits: {
    train: {
      numItems,
      items: async function* (from) {
        for (let i = from; i < numItems; i++) {
          const image = new Uint8Array(pixels).fill(i % 256); // new memory for each, as decoders have it
          yield await Promise.resolve({ row: { image, text: `row ${i}` } });
        }
      },
    },
  },
}, { onProgress: () => watch("write") });

const dataset = await openDataset(folder!);
const split = dataset.split("train");
const memory = new Uint8Array(split.maxBlockBytes);
for (const [phase, into] of [["read", undefined], ["read into", memory]] as const) {
  for (let block = 0; block < split.numBlocks; block++) {
    await split.readBlock(block, into);
    watch(phase);
  }
}
dataset.close();
const { problems } = await verifyDataset(folder!, { onProgress: () => watch("verify") });
console.log(JSON.stringify({ peaks, problems: problems.map(String) }));
