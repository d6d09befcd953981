import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { cifarSource } from "./cifar_source.ts";
import type { Source, SourceItem } from "./source.ts";

/** Records of the given labels; the pixel at row y, column x of plane c is (c · 85 + y + x) mod 256. */
function records(...labels: readonly number[][]): Uint8Array {
  const planes = Array.from({ length: 3072 }, (_, i) => {
    return (Math.floor(i / 1024) * 85 + Math.floor(i / 32) % 32 + i % 32) % 256;
  });
  return Uint8Array.from(labels.flatMap((own) => [...own, ...planes]));
}

async function itemsOf(source: Source, split: string, from = 0): Promise<SourceItem[]> {
  return await Array.fromAsync(source.splits[split]!.items(from));
}

const labelsOf = (items: SourceItem[]) =>
  items.map((item) => "row" in item ? item.row["label"] : item.dropped);

Deno.test("cifarSource() reads the batches of CIFAR-10 in turn, from any item on", async () => {
  await withTempFolder(async (folder) => {
    for (let batch = 1; batch <= 5; batch++) {
      await Deno.writeFile(`${folder}/data_batch_${batch}.bin`, records([batch], [batch + 4]));
    }
    await Deno.writeFile(`${folder}/test_batch.bin`, records([0], [10]));
    await Deno.writeTextFile(`${folder}/batches.meta.txt`, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    const source = await cifarSource({ path: folder });
    assert.deepEqual(source.columns, [
      { name: "image", kind: "image", shape: [32, 32, 3] },
      { name: "label", kind: "label", classNames: [..."abcdefghij"] },
    ]);
    assert.equal(source.splits["train"]!.numItems, 10);
    const items = await itemsOf(source, "train");
    assert.deepEqual(labelsOf(items), [1, 5, 2, 6, 3, 7, 4, 8, 5, 9]);
    for (const from of [1, 2, 7, 10]) {
      assert.deepEqual(await itemsOf(source, "train", from), items.slice(from));
    }
    const image = "row" in items[0]! && items[0].row["image"] as Uint8Array;
    assert.deepEqual([...(image as Uint8Array).subarray(33 * 3, 34 * 3)], [2, 87, 172]); // row 1, column 1
    assert.deepEqual(labelsOf(await itemsOf(source, "test")), [0, "has a label without a class"]);
  });
});

Deno.test("cifarSource() reads both labels of CIFAR-100", async () => {
  await withTempFolder(async (folder) => {
    for (const split of ["train", "test"]) await Deno.writeFile(`${folder}/${split}.bin`, records([19, 99]));
    const source = await cifarSource({ path: folder });
    assert.deepEqual(source.columns.map(({ name }) => name), ["image", "superclass", "label"]);
    const [item] = await itemsOf(source, "train");
    assert.deepEqual("row" in item! && [item.row["superclass"], item.row["label"]], [19, 99]);
  });
});

Deno.test("cifarSource() says which file is missing or cut short", async () => {
  await withTempFolder(async (folder) => {
    await assert.rejects(
      cifarSource({ path: folder }),
      /SourceError: .* has neither test_batch.bin nor test.bin: unpack/,
    );
    await Deno.writeFile(`${folder}/test.bin`, records([0, 0]));
    await assert.rejects(cifarSource({ path: folder }), /SourceError: .*train.bin is missing/);
    await Deno.writeFile(`${folder}/train.bin`, records([0, 0]).subarray(1));
    await assert.rejects(
      cifarSource({ path: folder }),
      /SourceError: .*train.bin has 3073 bytes, no multiple of 3074/,
    );
  });
});
