import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import type { Source } from "../sources/source.ts";
import { everyKindSource } from "./_test_source.ts";
import { openDataset } from "./open_dataset.ts";
import { readImageSet } from "./read_image_set.ts";
import { writeShards } from "./write_shards.ts";

/** Images of 1 × 2 × 1, to train those of 0, 255 and of 51, 153; to test one of 7, 7. */
const source: Source = {
  name: "pairs",
  source: "a test",
  licence: "MIT",
  columns: [
    { name: "pixels", kind: "image", shape: [1, 2, 1] },
    { name: "class", kind: "label", classNames: ["far", "near"] },
  ],
  splits: {
    train: {
      items: async function* () {
        yield await Promise.resolve({ row: { pixels: Uint8Array.of(0, 255), class: 0 } });
        yield { row: { pixels: Uint8Array.of(51, 153), class: 1 } };
      },
    },
    test: {
      items: async function* () {
        yield await Promise.resolve({ row: { pixels: Uint8Array.of(7, 7), class: 1 } });
      },
    },
  },
};

Deno.test("readImageSet() gives all rows, and the training split's mean and deviation", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, source, { rowsPerBlock: 1 });
    const dataset = await openDataset(folder);
    const [train, test] = [dataset.split("train"), dataset.split("test")];
    const shared = {
      name: "pairs",
      height: 1,
      width: 2,
      channels: 1,
      numClasses: 2,
      classNames: ["far", "near"],
      mean: [0.45], // of 0, 1, 0.2 and 0.6
      std: [Math.sqrt(4 * (255 ** 2 + 51 ** 2 + 153 ** 2) - (255 + 51 + 153) ** 2) / 4 / 255],
    };
    assert.deepEqual(await readImageSet(train), {
      ...shared,
      size: 2,
      images: Uint8Array.of(0, 255, 51, 153),
      labels: Int32Array.of(0, 1),
      contentHash: train.contentHash,
    });
    assert.deepEqual(await readImageSet(test), {
      ...shared,
      size: 1,
      images: Uint8Array.of(7, 7),
      labels: Int32Array.of(1),
      contentHash: test.contentHash,
    });
    dataset.close();
  }));

Deno.test("readImageSet() refuses sets without images or labels, or where all pixels are equal", () =>
  withTempFolder(async (folder) => {
    const { columns, splits, ...facts } = everyKindSource();
    const encoded = {
      ...facts,
      columns: columns.slice(1),
      splits: { train: withoutImage(splits["train"]!) },
    };
    await writeShards(`${folder}/encoded`, encoded);
    const split = (await openDataset(`${folder}/encoded`)).split("train");
    await assert.rejects(readImageSet(split), /"train" of every kind has no image column, only "label"/);
    const flat = { ...source, splits: { train: source.splits["test"]! } };
    await writeShards(`${folder}/flat`, flat);
    const dataset = await openDataset(`${folder}/flat`);
    await assert.rejects(readImageSet(dataset.split("train")), /channel 0 of pairs are equal/);
    dataset.close();
  }));

function withoutImage(split: Source["splits"][string]): Source["splits"][string] {
  return {
    items: async function* (from) {
      for await (const item of split.items(from)) {
        if ("dropped" in item) continue;
        const { image: _, ...row } = item.row;
        yield { row };
      }
    },
  };
}

Deno.test("readImageSet() says that a split is too large for memory", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, source);
    const train = (await openDataset(folder)).split("train");
    await assert.rejects(
      readImageSet({ ...train, numRows: 1e15 }),
      /Split "train" of pairs takes 2.0 PB, which memory has not: take fewer rows/,
    );
  }));
