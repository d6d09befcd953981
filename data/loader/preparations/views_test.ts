import assert from "node:assert/strict";
import { augmentViews } from "../../augment/mod.ts";
import { goldenFile } from "../../images/_fixtures.ts";
import { decodeImage } from "../../images/mod.ts";
import type { Rows } from "../../shards/rows.ts";
import type { Sample } from "../preparation.ts";
import { createPreparer, type ViewsOptions } from "./views.ts";

const plan = {
  size: [16, 16],
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.2, 0.2],
  views: [[{ kind: "randomResizedCrop", scale: [0.1, 0.4] }, { kind: "flip" }], [{
    kind: "randomResizedCrop",
  }]],
} as const;
const column = { name: "picture", kind: "encodedImage" } as const;
const files = ["tall-0.jpg", "tall-2.jpg", "color.png", "orientation-6.jpg", "lossy.webp"].map(goldenFile);

function rowsOf(files: readonly Uint8Array[]): Rows {
  const offsets = new Int32Array(files.length + 1);
  files.forEach(({ length }, i) => offsets[i + 1] = offsets[i]! + length);
  const values = new Uint8Array(offsets.at(-1)!);
  files.forEach((file, i) => values.set(file, offsets[i]));
  return { first: 0, numRows: files.length, columns: { picture: { column, values, offsets } } };
}

Deno.test("viewsPreparation() decodes what the views show: they are those of the whole images", async () => {
  const options: ViewsOptions = { column: "picture", plan, views: ["small", "large"] };
  const preparer = await createPreparer(JSON.parse(JSON.stringify(options)), {
    seed: 7,
    batchSize: files.length,
    columns: [[column]],
  });
  const rows = rowsOf(files);
  const images = files.map((file) => decodeImage(file));
  for (let epoch = 0; epoch < 4; epoch++) { // in memory that is used again
    const samples = files.map((_, i): Sample => ({ set: 0, row: i, epoch, address: 10 + i, rows, index: i }));
    const items = [];
    for (const sample of samples) items.push(await preparer.read!(sample));
    const size = files.length * 16 * 16 * 3;
    const out = { small: new Float32Array(size), large: new Float32Array(size) };
    const indices = Int32Array.from(files.keys());
    await preparer.prepare({
      items,
      samples: {
        count: files.length,
        blocks: [rows],
        blockOf: new Int32Array(files.length),
        indexIn: indices,
        set: new Int32Array(files.length),
        row: Float64Array.from(indices),
        epoch: new Float64Array(files.length).fill(epoch),
        address: Float64Array.from(indices, (i) => 10 + i),
      },
    }, out);
    const address = { seed: 7, epoch, samples: [10, 11, 12, 13, 14] };
    assert.deepEqual([out.small, out.large], augmentViews(images, plan, address));
  }
});
